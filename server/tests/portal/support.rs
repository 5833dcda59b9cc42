//! A portal of its own for each test: the demo's people, empty mailboxes, a port that was free, a clock to move.

use domain::world::{Clock as _, World};
use reqwest::{Client, Method, RequestBuilder, Response, header, redirect::Policy};
use server::{
    Overrides, Running, boot,
    check::Browser,
    commands::demo::{Folder, PASSWORD, organisation},
    config::Config,
    demo::{AccountKind, accounts},
    world,
};
use std::{fs, path::PathBuf, sync::Arc};
use tempfile::TempDir;
use testkit::world::TestClock;
use tokio::net::TcpListener;

pub struct TestApp {
    pub running: Running,
    pub clock: Arc<TestClock>,
    /// Where requests go, whatever the public address is.
    pub origin: String,
    dir: TempDir,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_as(None).await
    }

    /// With another public address than the one it listens on.
    pub async fn start_as(public_url: Option<&str>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let site = dir.path().join("site");
        fs::create_dir_all(site.join("pkg")).unwrap();
        fs::write(site.join("hash.txt"), "js: a\nwasm: b\ncss: c\n").unwrap();
        fs::write(site.join("pkg/recant.a.js"), "// script").unwrap();
        fs::write(site.join("favicon.svg"), "<svg/>").unwrap();
        let folder = Folder::new(&dir.path().join("demo")).unwrap();
        organisation(&folder, &site).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let public_url = ("RECANT_SERVER__PUBLIC_URL", public_url.unwrap_or(&origin).to_owned());
        let variables = [public_url].map(|(name, value)| (name.to_owned(), value));
        let config =
            Config::load(&folder.at("recant.toml"), variables).unwrap_or_else(|found| panic!("{found}"));
        let clock = Arc::new(TestClock::at(world::real().now()));
        let world = World { clock: clock.clone(), random: world::real().random };
        let overrides = Overrides { world: Some(world), listener: Some(listener) };
        let running = boot(&config, overrides).await.unwrap();
        Self { running, clock, origin, dir }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.origin).unwrap()
    }

    pub async fn signed_in(&self, kind: AccountKind) -> Browser {
        let mut browser = self.browser();
        let page = browser.open("/sign-in").await.unwrap();
        let form = page.form("/api/sign-in").unwrap();
        let form = form.fill("address", address(kind)).unwrap().fill("password", PASSWORD).unwrap();
        browser.submit(&page, form).await.unwrap();
        browser
    }

    /// Lays a mail of this person into their Sent folder; the recipients have mailboxes, and nothing in them.
    pub fn has_sent(&self, kind: AccountKind, subject: &str, to: &[String]) {
        for recipient in to {
            self.mailbox(recipient);
        }
        let sent = self.mailbox(address(kind)).join(".Sent/cur");
        let domain = address(kind).split_once('@').unwrap().1;
        let date = self.clock.now().utc().to_rfc2822();
        let mail = format!(
            "From: {}\r\nTo: {}\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <{subject}@{domain}>\r\n\
             \r\nThe text.\r\n",
            address(kind),
            to.join(", ")
        );
        fs::write(sent.join(format!("{subject}.test:2,S")), mail).unwrap();
    }

    fn mailbox(&self, address: &str) -> PathBuf {
        let (local, domain) = address.split_once('@').unwrap();
        let maildir = self.dir.path().join("demo/mail").join(domain).join(local).join("Maildir");
        for folder in ["", ".Sent"] {
            for part in ["cur", "new", "tmp"] {
                fs::create_dir_all(maildir.join(folder).join(part)).unwrap();
            }
        }
        maildir
    }

    /// Colleagues of the employee, in the order of the directory.
    pub async fn colleagues(&self, count: usize) -> Vec<String> {
        let directory = self.running.portal.directory().await.unwrap();
        let people = directory.people().into_iter().map(|person| person.address.to_string());
        people.filter(|colleague| colleague != address(AccountKind::Employee)).take(count).collect()
    }

    /// One request, nothing followed, no cookie but those given.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        client.request(method, format!("{}{path}", self.origin)).header(header::ACCEPT, "text/html")
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }
}

pub fn address(kind: AccountKind) -> &'static str {
    accounts().into_iter().find(|account| account.kind == kind).unwrap().address
}

/// The cookie that a response sets, whole.
pub fn cookies(response: &Response) -> Vec<String> {
    let lines = response.headers().get_all(header::SET_COOKIE).iter();
    lines.map(|line| line.to_str().unwrap().to_owned()).collect()
}

pub fn location(response: &Response) -> &str {
    response.headers().get(header::LOCATION).map_or("", |location| location.to_str().unwrap())
}
