//! Answers for requests that never got to a page, or came back without one: plain words in both languages, because
//! here nobody knows who asks.

use super::sessions::Unsure;
use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use std::any::Any;
use tower_http::csrf::ProtectionError;

/// Seconds after which it is worth to try again.
const AGAIN: HeaderValue = HeaderValue::from_static("30");

/// Gives errors without a body one that people can read, when it is people who asked.
pub async fn dress(request: Request, next: Next) -> Response {
    let number = request.headers().get(super::identify::HEADER).cloned();
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let by_a_browser = accepts.is_some_and(|accept| accept.contains("text/html"));
    let mut response = next.run(request).await;
    let status = response.status();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, AGAIN);
    }
    let is_bare = response.headers().get(header::CONTENT_TYPE).is_none();
    if !by_a_browser || !is_bare || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let number = number.as_ref().and_then(|number| number.to_str().ok()).unwrap_or("-");
    let sentences = if response.extensions().get::<Unsure>().is_some() { UNSURE } else { sentences(status) };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, Body::from(page(status, sentences, number)))
}

/// The panic's text is for the log only. tracing isn't asked to format it: it could hold anything.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "the shape the layer asks for")]
pub fn cross_site(error: ProtectionError) -> Response {
    tracing::warn!(%error, "refused");
    StatusCode::FORBIDDEN.into_response()
}

type Sentences = (&'static str, &'static str);

/// Of a step that may have been taken before the database was lost.
const UNSURE: Sentences = (
    "系统的数据库暂时不可用（繁忙、空间不足或连接不上），无法确认这一步是否已经完成。没有丢失任何邮件和已保存的内容。\
     请等半分钟，从首页打开相应的页面看一看，没有完成的话再试一次；重复操作不会执行两遍。",
    "The portal's database isn't available right now (busy, full or out of reach), and it isn't certain whether this \
     step was completed. No mail and nothing that was saved is lost. Wait half a minute, look from the start page \
     whether it was, and if not, try again; nothing is ever done twice.",
);

fn page(status: StatusCode, (chinese, english): Sentences, number: &str) -> String {
    let code = status.as_u16();
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{code}</title></head>\
         <body><main><h1>{code}</h1><p>{chinese}</p><p lang=\"en\">{english}</p><p><code>{number}</code></p>\
         <p><a href=\"/\">撤回 Recant</a></p></main></body></html>\n"
    )
}

fn sentences(status: StatusCode) -> Sentences {
    match status {
        StatusCode::FORBIDDEN => (
            "这个请求来自别的网站，没有执行任何操作。请从本站的页面重新操作。",
            "This request came from another site; nothing was done. Please start from a page of this portal.",
        ),
        StatusCode::NOT_FOUND => ("这里没有这个页面。", "There is no such page here."),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "提交的内容太长，没有执行任何操作。请返回并写短一些。",
            "This form is too long; nothing was done. Please go back and shorten what you wrote.",
        ),
        StatusCode::MISDIRECTED_REQUEST => {
            ("本站不以这个地址提供服务。", "This portal doesn't answer under this name.")
        }
        StatusCode::SERVICE_UNAVAILABLE => (
            "系统的数据库暂时不可用（繁忙、空间不足或连接不上），这一步没有完成。没有丢失任何邮件和已保存的内容。\
             请等半分钟，按浏览器的“后退”键回到刚才的页面（填写的内容还在），再试一次；重复操作不会执行两遍。",
            "The portal's database isn't available right now (busy, full or out of reach), so this step was not \
             completed. No mail and nothing that was saved is lost. Wait half a minute, go back with your browser's \
             Back button (what you typed is still there) and try again; nothing is ever done twice.",
        ),
        status if status.is_server_error() => (
            "系统内部出错。请把下面的编号告诉管理员。",
            "Something went wrong on our side. Please give the number below to your administrator.",
        ),
        _ => ("无法处理这个请求。", "This request can't be answered."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::sessions::unsaved;
    use axum::{Router, body::to_bytes, middleware as mw, routing::get};
    use http::Method;
    use tower::ServiceExt as _;

    /// As tower-sessions does with the answer of a step whose session it can't save.
    #[tokio::test]
    async fn a_step_that_may_have_been_taken_is_not_called_undone() {
        let lost = || async { StatusCode::INTERNAL_SERVER_ERROR };
        let site = Router::new()
            .route("/", get(lost).post(lost))
            .layer(mw::from_fn(unsaved))
            .layer(mw::from_fn(dress));
        for (method, said) in [(Method::GET, "这一步没有完成"), (Method::POST, "无法确认这一步是否已经完成")]
        {
            let request = Request::builder().method(method).header(header::ACCEPT, "text/html");
            let answer = site.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
            assert!(str::from_utf8(&body).unwrap().contains(said), "{said}");
        }
    }

    #[test]
    fn an_error_page_has_its_number_and_both_languages() {
        let page = page(StatusCode::SERVICE_UNAVAILABLE, sentences(StatusCode::SERVICE_UNAVAILABLE), "0193");
        for part in ["503", "0193", "再试一次", "try again"] {
            assert!(page.contains(part), "{part}");
        }
    }
}
