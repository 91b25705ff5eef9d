//! What submissions earn, and what people read of it.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod marking;
mod platforms;
mod reading;
mod rubrics;
mod sown;
