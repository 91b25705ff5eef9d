//! Proposals for the chats of the zoo, and what is made of what they print.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod chats;
mod learned;
