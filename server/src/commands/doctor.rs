//! `recant doctor`: looks at everything the portal leans on, and says what to do. Changes nothing.

use super::say;
use crate::{
    config::{self, Config, PublicUrl, Sending},
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
            Ok(found) => say::line(format!("ok     {area}: {found}")),
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
        };
        Self { area, result: finding.result }
    }
}
