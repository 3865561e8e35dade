//! What is true of a table after some commits. Knows no bytes.

use super::action::{Action, Add, MetaData, Protocol, Remove, Txn};
use std::collections::BTreeMap;

#[derive(Debug, Default, PartialEq)]
pub(super) struct State {
    pub(super) protocol: Option<Protocol>,
    pub(super) meta_data: Option<MetaData>,
    pub(super) files: BTreeMap<String, Add>,
    /// Files that left the table and are still on disk.
    pub(super) removed: BTreeMap<String, Remove>,
    pub(super) txns: BTreeMap<String, Txn>,
}

impl State {
    pub(super) fn apply(&mut self, action: Action) {
        match action {
            Action::Protocol(protocol) => self.protocol = Some(protocol),
            Action::MetaData(meta_data) => self.meta_data = Some(meta_data),
            Action::Add(add) => {
                self.removed.remove(&add.path);
                self.files.insert(add.path.clone(), add);
            }
            Action::Remove(remove) => {
                self.files.remove(&remove.path);
                self.removed.insert(remove.path.clone(), remove);
            }
            Action::Txn(txn) => {
                self.txns.insert(txn.app_id.clone(), txn);
            }
        }
    }

    /// The actions that lead to this state from nothing.
    pub(super) fn actions(&self) -> impl Iterator<Item = Action> {
        let protocol = self.protocol.iter().cloned().map(Action::Protocol);
        let meta_data = self.meta_data.iter().cloned().map(Action::MetaData);
        let txns = self.txns.values().cloned().map(Action::Txn);
        let files = self.files.values().cloned().map(Action::Add);
        let removed = self.removed.values().cloned().map(Action::Remove);
        protocol.chain(meta_data).chain(txns).chain(files).chain(removed)
    }
}
