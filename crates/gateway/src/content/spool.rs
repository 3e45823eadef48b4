//! A body that is kept until all of it was looked at: in memory, a large one in a temporary file.

use std::io::{self, Read as _, Seek as _, Write as _};

use actix_web::web;
use bytes::Bytes;
use tempfile::SpooledTempFile;
use tributary_api::{ApiError, Reservation};

/// What is kept in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;
/// The size of the pieces that are read.
const PIECE: usize = 128 * 1024;

/// What was kept so far. The file has no name, and goes with it.
pub(super) struct Spool {
    file: SpooledTempFile,
    pub(super) length: u64,
    /// As long as it is kept in memory.
    memory: Option<Reservation>,
}

impl Spool {
    pub(super) fn new(memory: Reservation) -> Self {
        Self { file: tempfile::spooled_tempfile(IN_MEMORY), length: 0, memory: Some(memory) }
    }

    pub(super) async fn write(mut self, piece: Bytes) -> Result<Self, ApiError> {
        self.length += piece.len() as u64;
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        let memory = self.memory.as_mut().filter(|_| length <= IN_MEMORY);
        if memory.is_some_and(|memory| memory.grow_to(length)) {
            self.file.write_all(&piece).map_err(failed)?;
            return Ok(self);
        }
        // A disk may be slow, and others wait for this thread.
        in_background(move || {
            self.file.roll()?;
            self.memory = None;
            self.file.write_all(&piece).map(|()| self)
        })
        .await
    }

    pub(super) fn rewind(mut self) -> Result<Self, ApiError> {
        self.file.rewind().map_err(failed)?;
        Ok(self)
    }

    /// The next piece; an empty one at the end.
    pub(super) async fn read(mut self) -> Result<(Self, Bytes), ApiError> {
        let read = move || {
            let mut piece = Vec::with_capacity(PIECE);
            (&mut self.file).take(PIECE as u64).read_to_end(&mut piece)?;
            Ok((self, Bytes::from(piece)))
        };
        in_background(read).await
    }
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    web::block(work).await.map_err(|error| ApiError::Internal(error.into()))?.map_err(failed)
}

fn failed(error: io::Error) -> ApiError {
    ApiError::Internal(error.into())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[actix_web::test]
    async fn what_is_kept_comes_back() {
        for pieces in [0, 1, 3, IN_MEMORY / PIECE + 5] {
            let request = TestRequest::default().to_http_request();
            let mut spool = Spool::new(Reservation::for_body_of(&request));
            for number in 0..pieces {
                spool = spool
                    .write(Bytes::from(vec![u8::try_from(number % 251).unwrap(); PIECE - 1]))
                    .await
                    .unwrap();
            }
            assert_eq!(spool.length, (pieces * (PIECE - 1)) as u64);
            let mut spool = spool.rewind().unwrap();
            let mut whole = Vec::new();
            loop {
                let (rest, piece) = spool.read().await.unwrap();
                if piece.is_empty() {
                    break;
                }
                whole.extend_from_slice(&piece);
                spool = rest;
            }
            assert_eq!(whole.len(), pieces * (PIECE - 1));
            assert!(
                whole.chunks(PIECE - 1).enumerate().all(|(number, chunk)| chunk[0] as usize == number % 251)
            );
        }
    }
}
