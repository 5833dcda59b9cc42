//! `recant doctor`: looks at everything the portal leans on, and says what to do. Changes nothing.

use super::say;
use crate::{
    config::{self, Audit, Config, PublicUrl, Sending},
    http::Site,
    wiring, world,
};
use anyhow::Result;
use domain::{
    doctor::{self, Area},
    time::Timestamp,
};
use engine::Waker;
use std::{path::Path, process::ExitCode, sync::Arc};

/// Before this program was written no clock is right.
const NOT_BEFORE: Timestamp = Timestamp(1_767_225_600_000);

struct Finding {
    area: &'static str,
    result: Result<String, String>,
}

pub async fn run(asked: Option<&Path>) -> Result<ExitCode> {
    let findings = match load(asked) {
        Ok((config, found)) => {
            let mut findings = vec![Finding { area: "configuration", result: Ok(found) }];
            findings.extend(examine(&config).await);
            findings
        }
        Err(problems) => vec![Finding { area: "configuration", result: Err(problems) }],
    };
    for Finding { area, result } in &findings {
        match result {
            Ok(found) => say::line(format!("ok     {area}: {}", found.replace('\n', "\n       "))),
            Err(wrong) => say::line(format!("WRONG  {area}: {}", wrong.replace('\n', "\n       "))),
        }
    }
    let wrong = findings.iter().filter(|finding| finding.result.is_err()).count();
    if wrong == 0 {
        say::line("everything is in order");
        return Ok(ExitCode::SUCCESS);
    }
    say::line(format!("{wrong} to put right"));
    Ok(ExitCode::FAILURE)
}

fn load(asked: Option<&Path>) -> Result<(Config, String), String> {
    let nowhere = || format!("there is none: looked for {}", config::USUAL_PLACES.join(" and "));
    let file = config::find(asked).ok_or_else(nowhere)?;
    let config = Config::load(&file, std::env::vars()).map_err(|problems| problems.to_string())?;
    Ok((config, format!("{} has no mistakes; the vault's key can be read", file.display())))
}

async fn examine(config: &Config) -> Vec<Finding> {
    let now = world::real().now();
    let mut findings = vec![
        Finding { area: "public address", result: Ok(public_url(&config.server.public_url)) },
        Finding { area: "audit trail", result: trail(config.audit.as_ref()) },
        Finding { area: "clock", result: clock(config, now) },
        Finding {
            area: "browser bundle",
            result: Site::open(&config.site)
                .map(|site| site.folder().display().to_string())
                .map_err(|error| error.to_string()),
        },
    ];
    match wiring::database_as_it_is(config).await {
        Ok(database) => {
            let wired = wiring::portal(config, &database, world::real(), Arc::new(Waker::default()));
            match wired {
                Ok(portal) => findings.extend(doctor::examine(&portal).await.into_iter().map(Finding::from)),
                Err(error) => {
                    let area =
                        if matches!(config.sending, Sending::Smtp(_)) { "sending" } else { "mail system" };
                    findings.push(Finding { area, result: Err(error.to_string()) });
                }
            }
            database.close().await;
        }
        Err(error) => findings.push(Finding { area: "database", result: Err(error.to_string()) }),
    }
    findings
}

fn public_url(url: &PublicUrl) -> String {
    if url.is_https() {
        format!("{url}; the proxy in front must speak https and pass the Host header on")
    } else {
        format!("{url}: without https, for this machine only; the session's cookie is not Secure")
    }
}

fn trail(audit: Option<&Audit>) -> Result<String, String> {
    let Some(Audit { signer, checkpoint_file, witness_url, witness_mail }) = audit else {
        return Err(
            "it isn't signed, so nobody else can check it: make a key with `recant key new FILE --signing \
                    NAME`, and set audit.key_file and audit.checkpoint_file"
                .to_owned(),
        );
    };
    let folder = checkpoint_file.parent().filter(|folder| folder.is_dir());
    if folder.is_none() {
        return Err(format!("{} can't be written: make its folder", checkpoint_file.display()));
    }
    let key = signer.key().map_err(|error| error.to_string())?;
    let witnesses = match (witness_url, witness_mail) {
        (None, None) => "no witness: keep copies of the checkpoint file elsewhere".to_owned(),
        (Some(_), None) => "a witness on the web".to_owned(),
        (None, Some(to)) => format!("witness {to}"),
        (Some(_), Some(to)) => format!("a witness on the web, and {to}"),
    };
    Ok(format!("signed by {key}, checkpoints in {}; {witnesses}", checkpoint_file.display()))
}

fn clock(config: &Config, now: Timestamp) -> Result<String, String> {
    let here = now.utc().with_timezone(&config.organisation.time_zone).format("%Y-%m-%d %H:%M:%S %:z");
    if now < NOT_BEFORE {
        return Err(format!("it is {here}, says this machine: set its clock, better let NTP do it"));
    }
    Ok(format!("{here} in {}", config.organisation.time_zone))
}

impl From<doctor::Finding> for Finding {
    fn from(finding: doctor::Finding) -> Self {
        let area = match finding.area {
            Area::Database => "database",
            Area::Vault => "vault",
            Area::MailSystem => "mail system",
            Area::Sending => "sending",
            Area::People => "people",
            Area::PuttingBack => "putting back",
        };
        Self { area, result: finding.result }
    }
}
