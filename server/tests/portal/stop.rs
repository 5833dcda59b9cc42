//! The switch as an administrator pulls it, and what everybody else sees of it.

use crate::support::TestApp;
use reqwest::{Method, header};
use server::demo::AccountKind;

const PAGE: &str = "/admin/engine";
const REASON: &str = "邮件系统 <升级>";

#[tokio::test]
async fn it_takes_two_steps_and_a_reason_and_everybody_is_told() {
    let app = TestApp::start().await;
    let (mut administrator, mut employee) =
        (app.signed_in(AccountKind::Administrator).await, app.signed_in(AccountKind::Employee).await);
    let page = administrator.open(PAGE).await.unwrap();
    assert!(page.form("/api/admin/engine/stop").is_err(), "no button without the second step");
    let page = administrator.open(&page.link_to("…").unwrap()).await.unwrap();
    let form = page.form("/api/admin/engine/stop").unwrap();
    let page = administrator.submit(&page, form.fill("reason", " ").unwrap()).await.unwrap();
    assert_eq!(page.messages().len(), 1, "a reason is missing");
    assert!(running(&app).await);

    let form = page.form("/api/admin/engine/stop").unwrap().fill("reason", REASON).unwrap();
    let page = administrator.submit(&page, form).await.unwrap();
    assert_eq!(page.path, PAGE);
    assert!(!running(&app).await);
    for path in ["/sent", "/cases", "/account", "/nothing"] {
        let told = employee.get(path).await.unwrap();
        assert!(told.text().contains("撤回引擎已停止") && told.text().contains(REASON), "{path}");
        assert!(!told.body.contains(PAGE), "{path}: not for employees");
    }
    assert!(!app.get("/sign-in").await.text().await.unwrap().contains("撤回引擎"), "strangers learn nothing");

    let page = administrator.open(&page.link_to("…").unwrap()).await.unwrap();
    let form = page.form("/api/admin/engine/start").unwrap();
    let page = administrator.submit(&page, form).await.unwrap();
    assert_eq!((page.path.as_str(), page.messages().len()), (PAGE, 1));
    assert!(running(&app).await);
    assert!(!employee.open("/sent").await.unwrap().text().contains("撤回引擎已停止"));
}

#[tokio::test]
async fn what_was_under_way_is_listed() {
    let app = TestApp::start().await;
    let flying = domain::engine_switch::InFlight {
        case: "R-2026-000007".parse().unwrap(),
        target: app.running.portal.world.id(),
        recipient: "somebody@chengyu.example".parse().unwrap(),
        task: None,
    };
    let mut tx = app.running.portal.store.write().await.unwrap();
    tx.turn_engine(false, None, app.running.portal.world.now(), REASON).await.unwrap();
    tx.note_in_flight(&[flying]).await.unwrap();
    tx.commit().await.unwrap();
    let text = app.signed_in(AccountKind::Administrator).await.open(PAGE).await.unwrap().text();
    for part in ["R-2026-000007", "somebody@chengyu.example", "Sending a correction", "command line"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_kept() {
    let app = TestApp::start().await;
    let mut administrator = app.signed_in(AccountKind::Administrator).await;
    let page = administrator.open("/admin/engine?step=confirm").await.unwrap();
    let long = "长".repeat(501);
    let form = page.form("/api/admin/engine/stop").unwrap().fill("reason", &long).unwrap();
    let page = administrator.submit(&page, form).await.unwrap();
    assert_eq!(page.form("/api/admin/engine/stop").unwrap().value("reason"), Some(long.as_str()));
    assert!(running(&app).await);
}

#[tokio::test]
async fn an_employee_can_not_pull_it() {
    let app = TestApp::start().await;
    let cookie = app.signed_in(AccountKind::Employee).await.cookie();
    let request = app.request(Method::POST, "/api/admin/engine/stop").header(header::COOKIE, &cookie);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body("reason=x").send().await.unwrap();
    assert!(running(&app).await);
}

async fn running(app: &TestApp) -> bool {
    let mut tx = app.running.portal.store.read().await.unwrap();
    tx.engine_switch().await.unwrap().running
}
