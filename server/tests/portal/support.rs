//! A portal of its own for each test: the demo's people, empty mailboxes, a port that was free, a clock to move.

use app::i18n::Text;
use domain::{
    mail_system::MailSystem,
    sent_index,
    shared::Language,
    world::{Clock as _, World},
};
use reqwest::{Client, Method, RequestBuilder, Response, header, redirect::Policy};
use server::{
    Overrides, Running, boot,
    check::{Browser, Page},
    commands::demo::{Folder, PASSWORD, organisation},
    config::Config,
    demo::{AccountKind, accounts},
    world,
};
use std::{collections::HashMap, fs, path::PathBuf, sync::Arc};
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
        Self::start_with(&[]).await
    }

    /// With another public address than the one it listens on.
    pub async fn start_as(public_url: Option<&str>) -> Self {
        match public_url {
            Some(url) => Self::start_with(&[("RECANT_SERVER__PUBLIC_URL", url)]).await,
            None => Self::start().await,
        }
    }

    /// With settings of its own.
    pub async fn start_with(variables: &[(&str, &str)]) -> Self {
        Self::start_on(None, variables).await
    }

    /// On another mail system than its own Maildirs.
    pub async fn start_on(mail: Option<Arc<dyn MailSystem>>, variables: &[(&str, &str)]) -> Self {
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
        let here = [("RECANT_SERVER__PUBLIC_URL", origin.as_str())];
        let variables =
            here.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config =
            Config::load(&folder.at("recant.toml"), variables).unwrap_or_else(|found| panic!("{found}"));
        let clock = Arc::new(TestClock::at(world::real().now()));
        let world = World { clock: clock.clone(), random: world::real().random };
        let overrides = Overrides { world: Some(world), listener: Some(listener), mail };
        let running = boot(&config, overrides).await.unwrap();
        Self { running, clock, origin, dir }
    }

    /// Stops the server; its data stay as it left them. Whether it ended in time.
    pub async fn end(self) -> (bool, TempDir) {
        (self.running.stop().await, self.dir)
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
        let date = self.clock_date();
        let mail = format!(
            "From: {}\r\nTo: {}\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <{subject}@{domain}>\r\n\
             \r\nThe text.\r\n",
            address(kind),
            to.join(", ")
        );
        fs::write(sent.join(format!("{subject}.test:2,S")), mail).unwrap();
    }

    /// As a mail sent now has it.
    pub fn clock_date(&self) -> String {
        self.clock.now().utc().to_rfc2822()
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

    pub fn maildir(&self, owner: &str) -> PathBuf {
        let (local, domain) = owner.split_once('@').unwrap();
        self.dir.path().join("demo/mail").join(domain).join(local).join("Maildir")
    }

    /// A mail that lies there, unread; `folder` as on disk: empty for the inbox.
    pub fn lay(&self, owner: &str, folder: &str, raw: &[u8]) {
        for maildir in [self.maildir(owner), self.maildir(owner).join(folder)] {
            for place in ["cur", "new", "tmp"] {
                fs::create_dir_all(maildir.join(place)).unwrap();
            }
        }
        let place = self.maildir(owner).join(folder).join("cur");
        let number = fs::read_dir(&place).unwrap().count();
        fs::write(place.join(format!("17{number:08}.test:2,")), raw).unwrap();
    }

    /// All that lies in that Sent folder is in the index.
    pub async fn read_sent(&self, owner: &str) {
        let portal = &self.running.portal;
        let directory = portal.directory().await.unwrap();
        let owner = directory.person_by_address(&owner.parse().unwrap()).unwrap();
        // The portal itself reads all mailboxes after its start.
        while sent_index::refresh(portal, owner).await.unwrap().busy {
            tokio::task::yield_now().await;
        }
    }

    /// The employee has sent this: her page of it.
    pub async fn sent(&self, employee: &mut Browser, subject: &str, raw: &[u8]) -> Page {
        let owner = address(AccountKind::Employee);
        self.lay(owner, ".Sent", raw);
        self.read_sent(owner).await;
        let page = employee.open("/sent").await.unwrap();
        employee.open(&page.link_to(subject).unwrap()).await.unwrap()
    }
}

/// A sentence of the catalogue, as the employee reads it.
pub fn say(key: &str) -> String {
    say_with(key, &[])
}

pub fn say_with(key: &str, variables: &[(&str, &str)]) -> String {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    Text::of(Language::Chinese).get_args(key, variables)
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
