//! How many fields are decided of those that this person may decide.

use super::ConflictPage;
use crate::web::messages::{Msg, msg};

impl ConflictPage {
    /// How many are undecided in what was sent.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.decidable() - self.decided
    }

    /// How many this person may decide.
    fn decidable(&self) -> usize {
        self.differences.iter().filter(|difference| difference.hidden.is_none()).count()
    }

    /// The line of the bar for each possible number of decided differences, so that the script
    /// needs no words of its own.
    #[must_use]
    pub fn count_lines(&self) -> Vec<Msg> {
        (0..=self.decidable()).map(|decided| self.count_line(&decided)).collect()
    }

    /// `1 of 2 decided`.
    #[must_use]
    pub fn count_line(&self, decided: &usize) -> Msg {
        msg("conflict-decided").with("decided", *decided).with("total", self.decidable())
    }
}
