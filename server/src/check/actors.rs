//! What people do in the portal, click by click.

use super::{Attached, Browser, Form, Page};
use anyhow::{Context as _, Result, bail};

/// What people are meant to fill in, in the template of a Chinese letter.
const GAP: &str = "（请填写：";

/// What the employee wants, as the Ask form has it.
pub struct Wish<'a> {
    pub intent: &'a str,
    pub include_read: bool,
    pub reason: &'a str,
    pub note: &'a str,
    /// A letter from the portal's template goes with it; this is written where the template leaves a gap.
    pub letter: Option<&'a [&'a str]>,
    pub file: Option<Attached>,
}

pub async fn sign_in(origin: &str, address: &str, password: &str) -> Result<Browser> {
    let mut browser = Browser::new(origin)?;
    let page = browser.open("/sign-in").await?;
    let form = page.form("/api/sign-in")?.fill("address", address)?.fill("password", password)?;
    let page = browser.submit(&page, form).await?;
    if page.path.starts_with("/sign-in") {
        bail!("{address} can't sign in: {}", page.messages().join(" "));
    }
    Ok(browser)
}

/// Sent, searched by subject; the message's own page.
pub async fn find_sent(browser: &mut Browser, subject: &str) -> Result<Page> {
    let page = browser.open("/sent").await?;
    let form = page.form_with("q")?.fill("q", subject)?;
    let found = browser.submit(&page, form).await?;
    let message = found.link_to(subject)?;
    browser.open(&message).await
}

/// From the message's page to the case's number.
pub async fn ask(browser: &mut Browser, message: &Page, wish: &Wish<'_>) -> Result<String> {
    let path = message.path.split('?').next().unwrap_or_default();
    let ask = message
        .links()
        .into_iter()
        .map(|(link, _)| link)
        .find(|link| link.starts_with(&format!("{path}/ask")));
    let mut page =
        browser.open(&ask.with_context(|| format!("{path} has no link to ask for a recall"))?).await?;
    if wish.letter.is_some() {
        let form = typed(page.form_with("intent")?, wish)?.press("act", "template")?;
        page = browser.submit(&page, form).await?;
    }
    let mut form = typed(page.form_with("intent")?, wish)?;
    if let Some(words) = wish.letter {
        let text = completed(form.value("text").unwrap_or_default(), words)?;
        form = form.fill("text", &text)?;
    }
    if let Some(file) = &wish.file {
        form = form.attach("files", file.clone())?;
    }
    let check = browser.submit(&page, form.press("act", "check")?).await?;
    let case = browser.submit(&check, check.form("/api/drafts/request")?).await?;
    let number = case.path.strip_prefix("/cases/").and_then(|rest| rest.split(['?', '#']).next());
    number
        .map(str::to_owned)
        .with_context(|| format!("after asking: {} {}", case.path, case.messages().join(" ")))
}

/// The template's text with its gaps, `（请填写：…）`, filled in order.
fn completed(template: &str, words: &[&str]) -> Result<String> {
    let mut text = template.to_owned();
    for word in words {
        let start = text
            .find(GAP)
            .with_context(|| format!("the template has fewer gaps than {words:?}: {template}"))?;
        let end = text[start..].find('）').map_or(text.len(), |end| start + end + '）'.len_utf8());
        // Names of files can have brackets of their own: the gap ends at the last one of its sentence.
        let end = text[end..]
            .find('。')
            .and_then(|stop| text[..end + stop].rfind('）'))
            .map_or(end, |last| end.max(last + '）'.len_utf8()));
        text.replace_range(start..end, word);
    }
    if text.contains(GAP) || text.trim().is_empty() {
        bail!("the letter isn't complete: {text}");
    }
    Ok(text)
}

fn typed(form: Form, wish: &Wish<'_>) -> Result<Form> {
    let everybody: Vec<String> = form.choices("recipient").into_iter().map(str::to_owned).collect();
    let mut form =
        form.choose("intent", wish.intent)?.choose("reason", wish.reason)?.fill("note", wish.note)?;
    for address in everybody {
        form = form.choose("recipient", &address)?;
    }
    if wish.include_read { form.choose("include_read", "yes") } else { Ok(form) }
}

/// The approver finds the case in the list, opens it and decides.
pub async fn decide(browser: &mut Browser, number: &str, verdict: &str, comment: &str) -> Result<Page> {
    let list = browser.open("/approvals").await?;
    let link = list.links().into_iter().map(|(link, _)| link).find(|link| link.contains(number));
    let page = browser.open(&link.with_context(|| format!("{number} isn't among the approvals"))?).await?;
    let form = page.form("/api/case/decide")?.fill("comment", comment)?.press("verdict", verdict)?;
    browser.submit(&page, form).await
}
