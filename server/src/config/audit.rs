//! The section audit: who signs the trail's checkpoints, and who gets to see them.

use super::{
    check::{Check, Noted},
    problem::Place,
    secret,
};
use domain::{mail::EmailAddress, verify::note::Signer};
use reqwest::Url;
use std::{net::IpAddr, path::PathBuf};

#[derive(Clone)]
pub struct Audit {
    pub signer: Signer,
    /// Every checkpoint, one after the other.
    pub checkpoint_file: PathBuf,
    pub witness_url: Option<Url>,
    pub witness_mail: Option<EmailAddress>,
}

impl Check {
    /// `Ok(None)`: nothing is set, so nothing is signed.
    pub(super) fn audit(&mut self) -> Result<Option<Audit>, Noted> {
        let signer = self.secret("audit.key_file", secret::read_signer);
        let file = self.if_set("audit.checkpoint_file", Self::path);
        let url = self.if_set("audit.witness_url", Self::url);
        let mail = self.if_set("audit.witness_mail", |check, name| {
            check.parsed(name, "write an address, such as witness@example.com")
        });
        match (signer?, file?, url?, mail?) {
            (Some(signer), Some(checkpoint_file), witness_url, witness_mail) => {
                Ok(Some(Audit { signer, checkpoint_file, witness_url, witness_mail }))
            }
            (None, None, None, None) => Ok(None),
            _ => {
                let what =
                    "audit.key_file and audit.checkpoint_file belong together, and a witness needs both";
                self.source.problem(Place::File, what.to_owned());
                Err(Noted)
            }
        }
    }

    fn if_set<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Result<Option<T>, Noted> {
        if self.source.get(name).is_none() {
            return Ok(None);
        }
        read(self, name).map(Some).ok_or(Noted)
    }

    fn url(&mut self, name: &'static str) -> Option<Url> {
        let (text, place) = self.text(name)?;
        match Url::parse(&text) {
            Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && is_here(&url)) => Some(url),
            _ => self.wrong(place, name, &text, "write https://… (http is for this machine alone)"),
        }
    }
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
