//! The page of a case, as a browser gets it: how it stays fresh, what it says first, and how Sent leads to it.

use crate::support::{TestApp, address, say, say_with};
use domain::mail::ParsedMail;
use scraper::{Html, Selector};
use server::{
    check::{Browser, Page, Wish, ask, find_sent},
    demo::AccountKind,
};
use std::{fs, time::Duration};

/// Read copies need an approval, so the case waits for one.
const WISH: Wish<'static> = Wish {
    intent: "recall",
    include_read: true,
    reason: "wording",
    note: "Quickly, please.",
    letter: None,
    file: None,
};

/// The page right after the button, and the employee in front of it.
async fn asked(app: &TestApp, recipients: usize) -> (Browser, Page) {
    app.has_sent(AccountKind::Employee, "budget", &app.colleagues(recipients).await);
    let mut employee = app.signed_in(AccountKind::Employee).await;
    let message = find_sent(&mut employee, "budget").await.unwrap();
    let number = ask(&mut employee, &message, &WISH).await.unwrap();
    // `ask` has shown the page with the message already; it stays.
    let page = employee.open(&format!("/cases/{number}")).await.unwrap();
    (employee, page)
}

fn count(page: &Page, selector: &str) -> usize {
    Html::parse_document(&page.body).select(&Selector::parse(selector).unwrap()).count()
}

fn attribute(page: &Page, selector: &str, name: &str) -> Option<String> {
    let html = Html::parse_document(&page.body);
    let found = html.select(&Selector::parse(selector).unwrap()).next()?;
    found.attr(name).map(str::to_owned)
}

#[tokio::test]
async fn a_message_stays_while_the_page_loads_itself_again() {
    let app = TestApp::start().await;
    let (mut employee, page) = asked(&app, 3).await;
    let told = page.messages();
    assert_eq!(told.len(), 1, "{told:?}");
    app.clock.advance(Duration::from_secs(3));
    let again = employee.open(&page.path).await.unwrap();
    assert_eq!(again.messages(), told);
    app.clock.advance(Duration::from_secs(20));
    assert!(employee.open(&page.path).await.unwrap().messages().is_empty(), "it was long enough to read");
}

#[tokio::test]
async fn a_message_stays_on_its_own_page_only() {
    let app = TestApp::start().await;
    let (mut employee, page) = asked(&app, 3).await;
    assert!(employee.open("/cases").await.unwrap().messages().is_empty());
    assert!(employee.open(&page.path).await.unwrap().messages().is_empty());
}

/// Without scripts a meta element, with scripts but without the island a script that the policy allows.
#[tokio::test]
async fn it_stays_fresh_where_nothing_is_live() {
    let app = TestApp::start().await;
    let (_, page) = asked(&app, 3).await;
    let refresh = format!("<noscript><meta http-equiv=\"refresh\" content=\"3; url={}\"", page.path);
    assert!(page.body.contains(&refresh), "{}", page.body);
    let nonce = attribute(&page, "script[data-without-live]", "nonce").expect("a script that stands in");
    assert!(
        page.body.matches(&format!("nonce=\"{nonce}\"")).count() > 1,
        "not the nonce of the page's scripts"
    );

    let mut manager = app.signed_in(AccountKind::Manager).await;
    let mut to_decide = manager.open(&page.path).await.unwrap();
    // The engine is at it; each look takes a while.
    for _ in 0..300 {
        if to_decide.form("/api/case/decide").is_ok() {
            break;
        }
        to_decide = manager.open(&page.path).await.unwrap();
    }
    to_decide.form("/api/case/decide").unwrap();
    assert_eq!(count(&to_decide, "script[data-without-live]"), 0, "a comment being typed would be lost");
    assert!(!to_decide.body.contains("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn a_long_case_says_the_counts_first_and_folds_its_list() {
    let app = TestApp::start().await;
    let (mut employee, page) = asked(&app, 25).await;
    assert!(count(&page, "#groups li") >= 1, "{}", page.body);
    assert_eq!(count(&page, "#targets > .table tbody tr"), 10);
    assert_eq!(count(&page, "#targets details:not([open]) tbody tr"), 15);
    for anchor in ["story", "request", "targets"] {
        assert_eq!(count(&page, &format!("nav a[href='#{anchor}']")), 1, "{anchor}");
        assert_eq!(count(&page, &format!("section#{anchor}")), 1, "{anchor}");
    }
    let open = attribute(&page, "#targets details a", "href").expect("a way to keep it unfolded");
    let page = employee.open(open.split('#').next().unwrap()).await.unwrap();
    assert_eq!(count(&page, "#targets details[open] tbody tr"), 15);
}

#[tokio::test]
async fn sent_and_message_lead_to_the_open_case_instead_of_a_second_one() {
    let app = TestApp::start().await;
    let (mut employee, page) = asked(&app, 3).await;
    let sent = employee.open("/sent?q=budget").await.unwrap();
    let links = sent.links();
    assert!(links.iter().all(|(to, _)| !to.ends_with("/ask")), "{links:?}");
    let number = page.path.strip_prefix("/cases/").unwrap();
    let leading = links.iter().filter(|(to, shown)| *to == page.path && shown.contains(number));
    assert_eq!(leading.count(), 2, "the badge and the button: {links:?}");
    let message = find_sent(&mut employee, "budget").await.unwrap();
    let links = message.links();
    assert!(links.iter().all(|(to, _)| !to.contains("/ask")), "{links:?}");
    assert!(links.iter().any(|(to, _)| *to == page.path), "{links:?}");
}

/// What the portal has written to somebody.
fn mails(app: &TestApp, owner: &str) -> Vec<String> {
    let new = fs::read_dir(app.maildir(owner).join("new")).into_iter().flatten();
    new.map(|file| ParsedMail::read(&fs::read(file.unwrap().path()).unwrap()).text).collect()
}

/// Where the policy freezes nothing, neither pages nor mails speak of frozen copies, or of a correction nobody wrote.
#[tokio::test]
async fn only_what_is_so_is_said_before_and_after_a_refusal() {
    let app = TestApp::start_with(&[("RECANT_POLICY__FREEZE_FIRST", "false")]).await;
    let (mut employee, page) = asked(&app, 3).await;
    let number = page.path.strip_prefix("/cases/").unwrap();
    assert!(page.text().contains(&say("cases-withdraw-means-untouched")), "{}", page.text());

    let mut manager = app.signed_in(AccountKind::Manager).await;
    let list = manager.open("/approvals").await.unwrap().text();
    assert!(list.contains(&say("approvals-hint-untouched")), "{list}");
    assert!(!list.contains(&say("approvals-hint-frozen")), "{list}");
    let to_decide = manager.open(&page.path).await.unwrap();
    let asked = to_decide.text();
    for key in ["cases-decide-means-read", "cases-decide-means-untouched", "cases-decide-means-final"] {
        assert!(asked.contains(&say(key)), "{key} in {asked}");
    }
    let form = to_decide.form("/api/case/decide").unwrap().fill("comment", "No.").unwrap();
    let told = manager.submit(&to_decide, form.press("verdict", "refused").unwrap()).await.unwrap();
    assert_eq!(told.messages(), [say("cases-decided-refused-untouched")]);

    let refused = say_with("notice-refused-untouched", &[("number", number)]);
    let (untouched, releasing) = (say("live-closed-untouched"), say("cases-told-releasing"));
    let heard = || mails(&app, address(AccountKind::Employee)).iter().any(|mail| mail.contains(&refused));
    for _ in 0..1_000 {
        let now = employee.open(&page.path).await.unwrap().text();
        assert!(!now.contains(&releasing), "{now}");
        if heard() && now.contains(&untouched) {
            return;
        }
    }
    panic!("{:?}", mails(&app, address(AccountKind::Employee)));
}
