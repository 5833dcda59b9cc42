//! Answers for requests that never got to a page, or came back without one: plain words in both languages, because
//! here nobody knows who asks.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use std::any::Any;
use tower_http::csrf::ProtectionError;

/// Gives errors without a body one that people can read, when it is people who asked.
pub async fn dress(request: Request, next: Next) -> Response {
    let number = request.headers().get(super::identify::HEADER).cloned();
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let by_a_browser = accepts.is_some_and(|accept| accept.contains("text/html"));
    let response = next.run(request).await;
    let status = response.status();
    let is_bare = response.headers().get(header::CONTENT_TYPE).is_none();
    if !by_a_browser || !is_bare || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let number = number.as_ref().and_then(|number| number.to_str().ok()).unwrap_or("-");
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, Body::from(page(status, number)))
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

fn page(status: StatusCode, number: &str) -> String {
    let (chinese, english) = sentences(status);
    let code = status.as_u16();
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{code}</title></head>\
         <body><main><h1>{code}</h1><p>{chinese}</p><p lang=\"en\">{english}</p><p><code>{number}</code></p>\
         <p><a href=\"/\">撤回 Recant</a></p></main></body></html>\n"
    )
}

fn sentences(status: StatusCode) -> (&'static str, &'static str) {
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
            "系统暂时不可用。请稍后再试；已保存的内容不会丢失。",
            "The portal isn't available right now. Please try again soon; nothing that was saved is lost.",
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

    #[test]
    fn an_error_page_has_its_number_and_both_languages() {
        let page = page(StatusCode::SERVICE_UNAVAILABLE, "0193");
        for part in ["503", "0193", "暂时不可用", "isn't available"] {
            assert!(page.contains(part), "{part}");
        }
    }
}
