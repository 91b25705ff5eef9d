//! Judging again with an adapter that was mended.

use std::iter::once;

use report::{Asked, Provenance};
use scenario::adapter::Adapter;
use scenario::plan::Plan;

/// How plays are judged again.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    pub(super) asked: &'a Asked,
    pub(super) provenance: &'a Provenance,
    pub(super) mended: Option<&'a Adapter>,
}

impl How<'_> {
    /// Gives a plan the mended patterns, where it has the adapter that they are of.
    pub(super) fn mend(self, plan: &mut Plan) {
        let Some(mended) = self.mended else {
            return;
        };
        for adapter in once(&mut plan.adapter).chain(plan.others.values_mut()) {
            if adapter.name == mended.name {
                let (client, mended) = (&mut adapter.client, &mended.client);
                client.events.clone_from(&mended.events);
                client.ignore.clone_from(&mended.ignore);
                client.ignore_files.clone_from(&mended.ignore_files);
                client.writes_in_place = mended.writes_in_place;
                client.escapes = mended.escapes;
                client.repeats_own = mended.repeats_own;
                client.repeats_history = mended.repeats_history;
            }
        }
    }
}
