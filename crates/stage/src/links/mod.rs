//! Links between clients and the relay: taps with their faults, and what their bytes mean.

pub(crate) mod decode;
pub(crate) mod reach;
pub(crate) mod tap;
