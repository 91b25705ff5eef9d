//! Judging again with an adapter that was mended.

use std::iter::once;

use report::Asked;
use scenario::adapter::Adapter;
use scenario::plan::Plan;

/// How plays are judged again.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    pub(super) asked: &'a Asked,
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
                adapter.client.events.clone_from(&mended.client.events);
                adapter.client.escapes = mended.client.escapes;
            }
        }
    }
}
