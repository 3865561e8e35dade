//! Dashboards: panels in an order, under a name, of the program and of people. Knows what is whose, not who asks how
//! and not what a panel answers.

mod built_in;
mod what;

use serde::{Deserialize, Serialize};

use crate::owner::Owner;

pub(crate) use built_in::built_in;
pub(crate) use what::{BOARD_BYTES_MAX, Item, What, Wrong};

/// Dashboards kept at most, of all people together.
pub(crate) const BOARDS_MAX: usize = 200;

/// A dashboard that someone made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Board {
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) what: What,
    /// Whose it is.
    pub(crate) owner: String,
    /// When it was last changed, in microseconds.
    pub(crate) updated: i64,
}

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such dashboard, for this owner.
    Missing,
    /// It is someone else's.
    NotYours,
    /// It comes with the program.
    BuiltIn,
    /// Someone has changed it since it was read.
    Stale,
    /// There are [`BOARDS_MAX`] already.
    Full,
    /// Something in it cannot be.
    Wrong(Wrong),
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Refusal {
        Refusal::Wrong(wrong)
    }
}

/// All dashboards that people made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Boards(Vec<Board>);

impl Boards {
    /// What someone sees, by name: their own and those that are shared.
    pub(crate) fn list(&self, who: &Owner) -> Vec<&Board> {
        let mut seen: Vec<&Board> = self.0.iter().filter(|board| board.is_seen_by(who)).collect();
        seen.sort_by_key(|board| (board.what.name.to_lowercase(), board.id.clone()));
        seen
    }

    /// One that someone sees.
    pub(crate) fn one(&self, who: &Owner, id: &str) -> Option<&Board> {
        self.0.iter().find(|board| board.id == id && board.is_seen_by(who))
    }

    /// One of anybody, for the operator trail.
    pub(crate) fn any(&self, id: &str) -> Option<&Board> {
        self.0.iter().find(|board| board.id == id)
    }

    /// Keeps a new one.
    pub(crate) fn add(&mut self, board: Board) -> Result<&Board, Refusal> {
        board.what.check()?;
        if self.0.len() >= BOARDS_MAX {
            return Err(Refusal::Full);
        }
        self.0.push(board);
        self.0.last().ok_or(Refusal::Missing)
    }

    /// Changes one. `read` is when it was last changed as far as the one who changes it knows.
    pub(crate) fn change(
        &mut self,
        who: &Owner,
        id: &str,
        what: What,
        read: Option<i64>,
        now: i64,
    ) -> Result<&Board, Refusal> {
        let board = self.own(who, id)?;
        what.check()?;
        if read.is_some_and(|read| read != board.updated) {
            return Err(Refusal::Stale);
        }
        if board.what != what {
            board.what = what;
            // Two changes within a microsecond are still told apart.
            board.updated = now.max(board.updated + 1);
        }
        Ok(board)
    }

    /// Forgets one.
    pub(crate) fn remove(&mut self, who: &Owner, id: &str) -> Result<(), Refusal> {
        self.own(who, id)?;
        self.0.retain(|board| board.id != id);
        Ok(())
    }

    fn own(&mut self, who: &Owner, id: &str) -> Result<&mut Board, Refusal> {
        if built_in().iter().any(|(built_in, _)| *built_in == id) {
            return Err(Refusal::BuiltIn);
        }
        let board = self.0.iter_mut().find(|board| board.id == id && board.is_seen_by(who));
        let board = board.ok_or(Refusal::Missing)?;
        match who.changes(&board.owner, board.what.shared) {
            true => Ok(board),
            false => Err(Refusal::NotYours),
        }
    }
}

impl Board {
    fn is_seen_by(&self, who: &Owner) -> bool {
        who.sees(&self.owner, self.what.shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str, is_admin: bool) -> Owner {
        Owner { key: format!("1 {name}"), is_admin }
    }

    fn board(id: &str, who: &Owner, shared: bool) -> Board {
        let what = What { name: id.to_uppercase(), shared, ..What::default() };
        Board { id: id.into(), what, owner: who.key.clone(), updated: 1 }
    }

    fn ids(boards: Vec<&Board>) -> Vec<&str> {
        boards.into_iter().map(|board| board.id.as_str()).collect()
    }

    #[test]
    fn there_is_a_bound() {
        let (mut boards, ann) = (Boards::default(), owner("ann", false));
        for n in 0..BOARDS_MAX {
            boards.add(board(&n.to_string(), &ann, false)).unwrap();
        }
        assert_eq!(boards.add(board("x", &ann, false)).unwrap_err(), Refusal::Full);
        boards.remove(&ann, "7").unwrap();
        assert!(boards.add(board("x", &ann, false)).is_ok());
    }

    #[test]
    fn a_private_one_is_the_owners_alone_and_a_shared_one_an_admins_too() {
        let (ann, bob, root) = (owner("ann", false), owner("bob", false), owner("root", true));
        let mut boards = Boards::default();
        boards.add(board("b", &ann, true)).unwrap();
        boards.add(board("a", &ann, false)).unwrap();
        assert_eq!(ids(boards.list(&ann)), ["a", "b"]);
        for who in [&bob, &root] {
            assert_eq!(ids(boards.list(who)), ["b"]);
            assert!(boards.one(who, "a").is_none());
            assert_eq!(boards.remove(who, "a").unwrap_err(), Refusal::Missing);
        }
        let renamed = What { name: "Ours".into(), shared: true, ..What::default() };
        assert_eq!(boards.change(&bob, "b", renamed.clone(), None, 5).unwrap_err(), Refusal::NotYours);
        assert_eq!(boards.remove(&bob, "b").unwrap_err(), Refusal::NotYours);
        assert_eq!(boards.change(&root, "b", renamed, Some(1), 6).unwrap().updated, 6);
    }

    #[test]
    fn of_two_who_change_the_same_one_the_second_is_told() {
        let (mut boards, ann) = (Boards::default(), owner("ann", false));
        boards.add(board("a", &ann, true)).unwrap();
        let named = |name: &str| What { name: name.into(), shared: true, ..What::default() };
        let first = boards.change(&ann, "a", named("One"), Some(1), 1).unwrap().updated;
        assert_eq!(first, 2);
        assert_eq!(boards.change(&ann, "a", named("Two"), Some(1), 9).unwrap_err(), Refusal::Stale);
        assert_eq!(boards.one(&ann, "a").unwrap().what.name, "One");
        assert!(boards.change(&ann, "a", named("Two"), Some(first), 9).is_ok());
        // The same again is no change.
        assert_eq!(boards.change(&ann, "a", named("Two"), None, 20).unwrap().updated, 9);
    }

    #[test]
    fn what_comes_with_the_program_stays_as_it_is() {
        let (mut boards, root) = (Boards::default(), owner("root", true));
        assert_eq!(boards.remove(&root, "aws").unwrap_err(), Refusal::BuiltIn);
        assert_eq!(boards.change(&root, "aws", What::default(), None, 1).unwrap_err(), Refusal::BuiltIn);
    }
}
