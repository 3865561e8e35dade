//! A body on its way to the operator, of which the beginning is kept. Knows not what it is for.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

/// What came of a body: its bytes when all of it was seen and it was not too long.
pub(super) type Seen = Option<Bytes>;

/// A body that says what it was when it ends, or when nobody reads it any more.
pub(super) struct Tee<B> {
    inner: B,
    kept: BytesMut,
    bytes_max: usize,
    is_whole: bool,
    then: Option<Box<dyn FnOnce(Seen) + Send>>,
}

impl<B: Body> Tee<B> {
    /// Keeps at most so many bytes.
    pub(super) fn new(inner: B, bytes_max: usize, then: impl FnOnce(Seen) + Send + 'static) -> Tee<B> {
        let is_whole = inner.is_end_stream();
        Tee { inner, kept: BytesMut::new(), bytes_max, is_whole, then: Some(Box::new(then)) }
    }
}

impl<B> Tee<B> {
    fn finish(&mut self) {
        let kept = std::mem::take(&mut self.kept).freeze();
        if let Some(then) = self.then.take() {
            then((self.is_whole && kept.len() <= self.bytes_max).then_some(kept));
        }
    }
}

impl<B> Drop for Tee<B> {
    fn drop(&mut self) {
        self.finish();
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Tee<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.inner).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref()
                    && this.kept.len() <= this.bytes_max
                {
                    this.kept.extend_from_slice(data);
                }
                this.is_whole = this.inner.is_end_stream();
            }
            Poll::Ready(None) => this.is_whole = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        // A writer that knows the length does not ask again after the last byte.
        if this.is_whole || matches!(polled, Poll::Ready(Some(Err(_)))) {
            this.finish();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body as Whole;
    use http_body_util::BodyExt as _;
    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn what_went_by_is_told_once() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tee = |text: &'static str, bytes_max| {
            let told = Arc::clone(&told);
            Tee::new(Whole::from(text), bytes_max, move |seen| told.lock().unwrap().push(seen))
        };
        assert_eq!(tee("pets", 4).collect().await.unwrap().to_bytes(), "pets");
        assert_eq!(tee("more", 3).collect().await.unwrap().to_bytes(), "more");
        drop(tee("left", 9));
        drop(tee("", 9));
        let told = told.lock().unwrap();
        assert_eq!(*told, [Some(Bytes::from("pets")), None, None, Some(Bytes::new())]);
    }
}
