//! A browser without scripts, as far as a portal can tell: cookies, forms, redirects, and the headers that
//! browsers send with them.

use super::form::Form;
use anyhow::{Context as _, Result, bail};
use reqwest::{
    Client, Response, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use scraper::{Html, Selector};
use std::{collections::BTreeMap, time::Duration};

/// More would be a circle.
const MOST_REDIRECTS: usize = 6;

pub struct Browser {
    client: Client,
    /// `http://host:port`.
    origin: String,
    cookies: BTreeMap<String, String>,
}

/// What is shown after all redirects.
#[derive(Clone, Debug)]
pub struct Page {
    /// Path and query.
    pub path: String,
    pub status: StatusCode,
    pub body: String,
}

impl Browser {
    pub fn new(origin: &str) -> Result<Self> {
        let client = Client::builder().redirect(Policy::none()).timeout(Duration::from_mins(1)).build()?;
        Ok(Self { client, origin: origin.to_owned(), cookies: BTreeMap::new() })
    }

    pub async fn get(&mut self, path: &str) -> Result<Page> {
        self.follow(path.to_owned(), None).await
    }

    /// A page that must be there.
    pub async fn open(&mut self, path: &str) -> Result<Page> {
        let page = self.get(path).await?;
        page.must_be_ok()
    }

    /// Sends the form as the page `from` shows it, with what was filled in.
    pub async fn submit(&mut self, from: &Page, form: Form) -> Result<Page> {
        let action = if form.action().is_empty() { from.path.clone() } else { form.action().to_owned() };
        if form.is_get() {
            let separator = if action.contains('?') { '&' } else { '?' };
            return self.open(&format!("{action}{separator}{}", form.urlencoded())).await;
        }
        let url = format!("{}{action}", self.origin);
        let request = self.client.post(url).headers(self.headers(Some(&from.path))?);
        let request = if form.is_multipart() {
            request.multipart(form.multipart()?)
        } else {
            request.header("content-type", "application/x-www-form-urlencoded").body(form.urlencoded())
        };
        let response = request.send().await.with_context(|| format!("POST {action}"))?;
        self.remember(&response);
        match location(&response, &self.origin)? {
            Some(next) if response.status() == StatusCode::SEE_OTHER => {
                self.follow(next, Some(&from.path)).await
            }
            Some(next) => bail!("POST {action} answered {} to {next} instead of 303", response.status()),
            None => Page::read(action, response).await?.must_be_ok(),
        }
    }

    /// What the portal knows this browser by.
    pub fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    async fn follow(&mut self, mut path: String, from: Option<&str>) -> Result<Page> {
        for _ in 0..MOST_REDIRECTS {
            let url = format!("{}{path}", self.origin);
            let request = self.client.get(url).headers(self.headers(from)?);
            let response = request.send().await.with_context(|| format!("GET {path}"))?;
            self.remember(&response);
            match location(&response, &self.origin)? {
                Some(next) if response.status().is_redirection() => path = next,
                _ => return Page::read(path, response).await,
            }
        }
        bail!("{path} leads in a circle")
    }

    fn headers(&self, from: Option<&str>) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: &str| -> Result<()> {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
            Ok(())
        };
        set("accept", "text/html,application/xhtml+xml,*/*;q=0.8")?;
        set("accept-language", "zh-CN,zh;q=0.9,en;q=0.5")?;
        set("sec-fetch-mode", "navigate")?;
        set("sec-fetch-site", if from.is_some() { "same-origin" } else { "none" })?;
        if let Some(from) = from {
            set("origin", &self.origin)?;
            set("referer", &format!("{}{from}", self.origin))?;
        }
        if !self.cookies.is_empty() {
            set("cookie", &self.cookie())?;
        }
        Ok(headers)
    }

    fn remember(&mut self, response: &Response) {
        for cookie in response.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let pair = cookie.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            if value.is_empty() || cookie.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Path and query of where an answer sends us; a browser would follow it elsewhere, this one must not need to.
fn location(response: &Response, origin: &str) -> Result<Option<String>> {
    let Some(location) = response.headers().get(LOCATION) else { return Ok(None) };
    let location = location.to_str()?;
    let path = location.strip_prefix(origin).unwrap_or(location);
    if !path.starts_with('/') || path.starts_with("//") {
        bail!("an answer leads away from the portal: {location}");
    }
    Ok(Some(path.to_owned()))
}

impl Page {
    async fn read(path: String, response: Response) -> Result<Self> {
        Ok(Self { path, status: response.status(), body: response.text().await? })
    }

    fn must_be_ok(self) -> Result<Self> {
        if self.status.is_success() {
            return Ok(self);
        }
        bail!("{} answered {}: {}", self.path, self.status, self.text().chars().take(300).collect::<String>())
    }

    /// The form that is sent to this path, of several the first.
    pub fn form(&self, action: &str) -> Result<Form> {
        let found =
            Form::all(&self.body).into_iter().find(|form| form.action().split('?').next() == Some(action));
        found.with_context(|| {
            let there: Vec<String> =
                Form::all(&self.body).iter().map(|form| form.action().to_owned()).collect();
            format!(
                "{} has no form for {action}, only for {there:?}; it says: {}",
                self.path,
                self.messages().join(" ")
            )
        })
    }

    pub fn forms(&self) -> Vec<Form> {
        Form::all(&self.body)
    }

    /// The first form that has this field.
    pub fn form_with(&self, field: &str) -> Result<Form> {
        let found = self.forms().into_iter().find(|form| form.has(field));
        found.with_context(|| {
            format!("{} has no form with {field}; it says: {}", self.path, self.messages().join(" "))
        })
    }

    /// What is to be read, blanks joined.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.body);
        let body = Selector::parse("body").ok().and_then(|body| html.select(&body).next());
        let words =
            body.map(|body| body.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "));
        // Behind the page Leptos writes scripts of its own.
        let words =
            words.map(|words| words.split("__RESOLVED_RESOURCES").next().unwrap_or_default().to_owned());
        words.unwrap_or_default()
    }

    /// Targets of links, in order.
    pub fn links(&self) -> Vec<(String, String)> {
        let html = Html::parse_document(&self.body);
        let Ok(links) = Selector::parse("a[href]") else { return Vec::new() };
        let all = html.select(&links);
        all.filter_map(|link| {
            Some((link.attr("href")?.to_owned(), link.text().collect::<String>().trim().to_owned()))
        })
        .collect()
    }

    /// The link that shows this text.
    pub fn link_to(&self, text: &str) -> Result<String> {
        let found = self.links().into_iter().find(|(_, shown)| shown.contains(text));
        found.map(|(path, _)| path).with_context(|| format!("{} has no link {text:?}", self.path))
    }

    /// What the portal says on top of the page.
    pub fn messages(&self) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        let Ok(selector) = Selector::parse("[role=status], [role=alert]") else { return Vec::new() };
        html.select(&selector).map(|message| message.text().collect::<String>().trim().to_owned()).collect()
    }
}
