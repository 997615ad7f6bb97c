//! What a field's values must be.

use super::compare::Invalid;
use super::entity::Field;
use super::value::Held;

impl Field {
    /// Whether a value is one that this field may hold.
    ///
    /// # Errors
    /// It is not of the field's kind.
    pub fn check(&self, held: &Held) -> Result<(), Invalid> {
        held.value().map_or(Ok(()), |text| self.comparison.normal_text(text).map(drop))
    }
}
