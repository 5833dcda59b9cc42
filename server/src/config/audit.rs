//! The section audit: who signs the trail's checkpoints, and who gets to see them.

use super::{check::Check, problem::Place, secret};
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
    /// `Some(None)`: nothing is set, so nothing is signed.
    pub(super) fn audit(&mut self) -> Option<Option<Audit>> {
        let signer = self.secret("audit.key_file", secret::read_signer);
        let is_set = |check: &Self, name| check.source.is_set(name);
        let file = self.path_if_set("audit.checkpoint_file");
        let url = self.url("audit.witness_url");
        let mail = if is_set(self, "audit.witness_mail") {
            Some(self.parsed("audit.witness_mail", "write an address, such as witness@example.com")?)
        } else {
            self.source.get("audit.witness_mail");
            None
        };
        let signer = signer.ok()?;
        let url = url?;
        match (signer, file) {
            (Some(signer), Some(checkpoint_file)) => {
                Some(Some(Audit { signer, checkpoint_file, witness_url: url, witness_mail: mail }))
            }
            (None, None) if url.is_none() && mail.is_none() => Some(None),
            _ => {
                let what =
                    "audit.key_file and audit.checkpoint_file belong together, and a witness needs both";
                self.source.problem(Place::File, what.to_owned());
                None
            }
        }
    }

    fn path_if_set(&mut self, name: &'static str) -> Option<PathBuf> {
        if self.source.get(name).is_some() { self.path(name) } else { None }
    }

    /// `Some(None)`: it isn't set.
    fn url(&mut self, name: &'static str) -> Option<Option<Url>> {
        if self.source.get(name).is_none() {
            return Some(None);
        }
        let (text, place) = self.text(name)?;
        match Url::parse(&text) {
            Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && is_here(&url)) => {
                Some(Some(url))
            }
            _ => {
                let advice = "write https://… (http is for this machine alone)";
                self.wrong(place, name, &text, advice)
            }
        }
    }
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
