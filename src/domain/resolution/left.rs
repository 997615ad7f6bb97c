//! What stands in the form of a conflict for whoever opens it, saved nowhere else.

use super::Draft;
use crate::domain::ids::FieldId;
use serde::{Deserialize, Serialize};

/// The choices of somebody who passed a conflict on, or of a decision that was taken back; and what was
/// written beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    #[serde(default)]
    pub choices: Vec<Draft>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Left {
    /// Reads it as it is stored; earlier versions stored a list of choices alone.
    ///
    /// # Errors
    /// The text holds no choices.
    pub fn read(text: Option<&str>) -> Result<Self, serde_json::Error> {
        match text {
            None => Ok(Self::default()),
            Some(text) if text.trim_start().starts_with('[') => {
                Ok(Self { choices: serde_json::from_str(text)?, ..Self::default() })
            }
            Some(text) => serde_json::from_str(text),
        }
    }

    /// The text that is stored; None where nothing was left.
    ///
    /// # Errors
    /// A value cannot be written.
    pub fn text(&self) -> Result<Option<String>, serde_json::Error> {
        if *self == Self::default() { Ok(None) } else { serde_json::to_string(self).map(Some) }
    }

    /// Leaves out the choices over these fields.
    pub fn without(&mut self, hidden: impl Fn(&FieldId) -> bool) {
        self.choices.retain(|draft| !hidden(&draft.chosen.field));
    }

    /// Puts this over what was left before: what this person may see is as they leave it, and a choice
    /// over what is hidden from them stays as it was.
    #[must_use]
    pub fn over(mut self, before: Self, hidden: impl Fn(&FieldId) -> bool) -> Self {
        self.without(&hidden);
        self.choices.extend(before.choices.into_iter().filter(|draft| hidden(&draft.chosen.field)));
        self
    }
}
