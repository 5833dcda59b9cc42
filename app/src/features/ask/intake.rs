//! Hands the posted body to its parser in pieces, and ends it when the parser finds no use for them.
//!
//! multer takes in all that is there before it looks, and searches a first boundary, or the end of a part's head,
//! without end: a body that has neither would stay in memory whole, searched anew with each piece. So it gets the next
//! piece only after it has looked at what it holds, and not many of them between two things that it hands over.

use axum::{
    BoxError,
    body::{Body, BodyDataStream, Bytes},
};
use futures::Stream;
use std::{
    mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};
use thiserror::Error;

const PIECE: usize = 64 * 1024;

/// Bytes without a field or a part of one. Browsers write a few hundred before a field begins.
const MOST: usize = 64 * 1024;

#[derive(Debug, Error)]
#[error("no field within {MOST} bytes")]
struct NoField;

/// Says that the parser has handed something over.
#[derive(Clone, Debug, Default)]
pub struct HandedOver(Arc<AtomicBool>);

impl HandedOver {
    pub fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

struct Pieces {
    body: BodyDataStream,
    /// Of the body, not given yet.
    rest: Bytes,
    handed_over: HandedOver,
    /// Given since something was handed over.
    given: usize,
    /// The parser has got something, or given something away, and not looked at what it holds since.
    must_look: bool,
}

/// The parser's body, and what is to be told of each thing that comes out of it.
pub fn in_pieces(body: Body) -> (Body, HandedOver) {
    let handed_over = HandedOver::default();
    let pieces = Pieces {
        body: body.into_data_stream(),
        rest: Bytes::new(),
        handed_over: handed_over.clone(),
        given: 0,
        must_look: false,
    };
    (Body::from_stream(pieces), handed_over)
}

impl Stream for Pieces {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.handed_over.take() {
            self.given = 0;
            self.must_look = true;
        }
        if mem::take(&mut self.must_look) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.given >= MOST {
            return Poll::Ready(Some(Err(NoField.into())));
        }
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(bytes)) => self.rest = bytes,
                end => return Poll::Ready(end.map(|end| end.map_err(Into::into))),
            }
        }
        let size = self.rest.len().min(PIECE);
        self.given += size;
        self.must_look = true;
        Poll::Ready(Some(Ok(self.rest.split_to(size))))
    }
}
