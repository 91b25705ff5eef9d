//! Files and memory of the relay, read and searched.

pub(crate) mod comparing;
pub(crate) mod files;
pub(crate) mod memory;
pub(crate) mod refused;
