use super::*;
use testkit::smtp::{Fault, SmtpServer, Step};
use uuid::Uuid;

const ID: OutgoingId = OutgoingId(Uuid::from_u128(7));
const MAIL: &[u8] = b"Subject: x\r\n\r\n.dot\r\n..two\r\n\r\nend\r\n";
/// Longer than any test takes.
const PATIENCE: Duration = Duration::from_mins(1);

fn config(port: u16) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".into(),
        port,
        tls: SmtpTls::None,
        login: None,
        timeout: PATIENCE,
        authority: None,
    }
}

fn mailer(server: &SmtpServer) -> SmtpMailer {
    SmtpMailer::new(config(server.port)).unwrap()
}

async fn send(mailer: &SmtpMailer, bytes: &[u8]) -> Result<(), SendError> {
    mailer.send(ID, &"lin@ours.test".parse().unwrap(), &"li@client.test".parse().unwrap(), bytes).await
}

async fn failing(step: Step, fault: Fault) -> SmtpServer {
    SmtpServer::start().await.unwrap().failing(step, fault)
}

#[tokio::test]
async fn bytes_arrive_unchanged_over_one_connection() {
    let server = SmtpServer::start().await.unwrap();
    let mailer = mailer(&server);
    let long = [MAIL, &b"line\r\n".repeat(50_000)].concat();
    for bytes in [MAIL, &long, b"Subject: x\r\n\r\n"] {
        send(&mailer, bytes).await.unwrap();
        let mail = server.mails().pop().unwrap();
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("<lin@ours.test>", &["<li@client.test>".to_owned()][..])
        );
        assert!(mail.raw == bytes);
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(mailer.was_sent(ID, &"li@client.test".parse().unwrap()).await, None);
}

#[tokio::test]
async fn refusal_for_now_is_later_at_every_step() {
    for step in [Step::Greeting, Step::Sender, Step::Recipient, Step::Data, Step::Content] {
        let server = failing(step, Fault::Answer("451 4.3.0 come back")).await;
        let mailer = mailer(&server);
        let refused = send(&mailer, MAIL).await;
        assert!(
            matches!(&refused, Err(SendError::Later(text)) if text.contains("451 4.3.0")),
            "{step:?}: {refused:?}"
        );
        assert_eq!(server.mails(), []);
        send(&mailer, MAIL).await.unwrap();
        assert_eq!(server.mails().len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn refusal_for_good_is_never() {
    for step in [Step::Sender, Step::Recipient, Step::Data, Step::Content] {
        let server = failing(step, Fault::Answer("550 5.1.1 nobody here")).await;
        let refused = send(&mailer(&server), MAIL).await;
        assert!(
            matches!(&refused, Err(SendError::Never(text)) if text.contains("nobody here")),
            "{step:?}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn refusal_that_settings_can_mend_is_later() {
    for (step, answer) in [(Step::Greeting, "554 5.3.2 closed"), (Step::Sender, "530 5.7.0 sign in first")] {
        let refused = send(&mailer(&failing(step, Fault::Answer(answer)).await), MAIL).await;
        assert!(matches!(refused, Err(SendError::Later(_))), "{step:?}: {refused:?}");
    }
}

#[tokio::test]
async fn only_what_broke_behind_the_content_is_unknown() {
    for step in [Step::Greeting, Step::Sender, Step::Recipient, Step::Data] {
        let broken = send(&mailer(&failing(step, Fault::HangUp).await), MAIL).await;
        assert!(matches!(broken, Err(SendError::Later(_))), "{step:?}: {broken:?}");
    }
    let server = failing(Step::Content, Fault::HangUp).await;
    let broken = send(&mailer(&server), MAIL).await;
    assert!(matches!(broken, Err(SendError::Unknown(_))), "{broken:?}");
    assert_eq!(server.mails().len(), 1);
}

/// More than the sockets' buffers hold, so that the end can't have left us.
#[tokio::test]
async fn broken_in_the_middle_of_the_content_is_later() {
    let server = failing(Step::Upload, Fault::HangUp).await;
    let broken = send(&mailer(&server), &b"line\r\n".repeat(8_000_000)).await;
    assert!(matches!(broken, Err(SendError::Later(_))), "{broken:?}");
}

#[tokio::test]
async fn silence_ends_with_the_time_limit() {
    let impatient = |server: &SmtpServer| {
        let mut mailer = mailer(server);
        mailer.config.timeout = Duration::from_millis(300);
        mailer
    };
    let silent = send(&impatient(&failing(Step::Recipient, Fault::Silence).await), MAIL).await;
    assert!(matches!(silent, Err(SendError::Later(_))), "{silent:?}");

    let server = failing(Step::Content, Fault::Silence).await;
    let mut mailer = mailer(&server);
    mailer.judging = Duration::from_millis(300);
    let silent = send(&mailer, MAIL).await;
    assert!(matches!(silent, Err(SendError::Unknown(_))), "{silent:?}");
}

#[tokio::test]
async fn nobody_there_is_later_and_says_what_to_check() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mailer = SmtpMailer::new(config(free)).unwrap();
    for refused in [send(&mailer, MAIL).await, mailer.check().await.map(drop)] {
        assert!(
            matches!(&refused, Err(SendError::Later(text)) if text.contains("host, port")),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn connection_that_died_while_parked_is_replaced() {
    let server = SmtpServer::start().await.unwrap();
    let mailer = mailer(&server);
    send(&mailer, MAIL).await.unwrap();
    let mut parked = mailer.parked.lock().await;
    parked[0].abort().await;
    drop(parked);
    send(&mailer, MAIL).await.unwrap();
    assert_eq!((server.connections(), server.mails().len()), (2, 2));
}

#[tokio::test]
async fn signs_in_and_never_tells_the_password() {
    let echo = "535 5.7.8 hunter2-secret is wrong, AGxpbgBodW50ZXIyLXNlY3JldA==";
    let server = failing(Step::Auth, Fault::Answer(echo)).await;
    let login = SmtpLogin::new("lin", "hunter2-secret");
    let mailer = SmtpMailer::new(SmtpConfig { login: Some(login), ..config(server.port) }).unwrap();
    let Err(refused) = send(&mailer, MAIL).await else { panic!("wrong password") };
    assert!(matches!(refused, SendError::Later(_)));
    let said = format!("{refused} {refused:?} {:?}", mailer.config);
    assert!(said.contains("535") && said.contains("user and password"), "{said}");
    assert!(!said.contains("hunter2") && !said.contains("AGxpbg"), "{said}");

    let checked = mailer.check().await.unwrap();
    assert!(checked.contains("signed in as lin") && checked.contains("turn on TLS"), "{checked}");
    send(&mailer, MAIL).await.unwrap();
    assert!(server.commands().iter().any(|line| line == "AUTH PLAIN AGxpbgBodW50ZXIyLXNlY3JldA=="));
}

/// A password or a mail in clear text is what whoever strips STARTTLS is after.
#[tokio::test]
async fn server_without_the_demanded_encryption_gets_nothing() {
    let server = SmtpServer::start().await.unwrap();
    let login = Some(SmtpLogin::new("lin", "secret"));
    let mailer =
        SmtpMailer::new(SmtpConfig { tls: SmtpTls::StartTls, login, ..config(server.port) }).unwrap();
    let refused = send(&mailer, MAIL).await;
    assert!(matches!(&refused, Err(SendError::Later(text)) if text.contains("TLS")), "{refused:?}");
    assert!(!server.commands().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
}

#[tokio::test]
async fn international_addresses_need_a_server_that_takes_them() {
    let (from, to) = ("lin@ours.test".parse().unwrap(), "客服@例子.公司".parse().unwrap());
    let mail = "To: <客服@例子.公司>\r\n\r\nx\r\n".as_bytes();
    let server = SmtpServer::start().await.unwrap();
    mailer(&server).send(ID, &from, &to, mail).await.unwrap();
    assert_eq!(server.mails()[0].from, "<lin@ours.test> SMTPUTF8 BODY=8BITMIME");

    let old = SmtpServer::offering(&[]).await.unwrap();
    let refused = mailer(&old).send(ID, &from, &to, mail).await;
    assert!(matches!(&refused, Err(SendError::Never(text)) if text.contains("SMTPUTF8")), "{refused:?}");
}

#[test]
fn authority_that_is_no_certificate_is_refused_at_once() {
    let config = SmtpConfig {
        tls: SmtpTls::Direct,
        authority: Some(b"-----BEGIN CERTIFICATE-----\nx".to_vec()),
        ..config(1)
    };
    assert!(matches!(SmtpMailer::new(config), Err(SendError::Never(_))));
}
