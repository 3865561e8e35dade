//! The trail as someone sees it who sees no whole client addresses: what others asked for, and what they did with it, may hold
//! some. Where operators themselves were is shown: that is what the trail is for. Found is only what is seen, and of a record with
//! its proof the groups that hold one are commitments, as if they were erased: it proves the same.

use std::borrow::Cow;

use event::Act;
use event::act::Group;
use event::mask::Lens;
use ledger::trail::Entry;

/// An act without whole client addresses. What gateways were told stays as it is: addresses there are those of gateways.
pub(crate) fn seen<'a>(act: &'a Act, lens: Option<&Lens>) -> Cow<'a, Act> {
    let Some(lens) = lens.filter(|_| is_ours(act)) else { return Cow::Borrowed(act) };
    let mut act = act.clone();
    let texts = [
        &mut act.request,
        &mut act.before,
        &mut act.after,
        &mut act.detail,
        &mut act.resource_id,
        &mut act.resource_name,
    ];
    for text in texts {
        *text = lens.text(text);
    }
    Cow::Owned(act)
}

/// An event without whole client addresses, and its records.
pub(crate) fn entry_seen(mut entry: Entry, lens: Option<&Lens>) -> Entry {
    let Some(lens) = lens.filter(|_| is_ours(&entry.act)) else { return entry };
    entry.act = seen(&entry.act, Some(lens)).into_owned();
    for record in &mut entry.records {
        for group in [Group::Whom, Group::What] {
            let holds_one =
                record.act.parts().any(|(part, text)| part.group == group && lens.text(text) != text);
            if holds_one {
                record.act.erase(group);
            }
        }
    }
    entry
}

fn is_ours(act: &Act) -> bool {
    act.origin == "gatelog"
}
