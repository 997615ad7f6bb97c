//! Tags: people sort conflicts by words of their own.

use super::review::about;
use super::{Engine, Refusal};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{Action, Event};
use crate::domain::ids::ConflictId;
use crate::domain::tag::{self, LONGEST, MOST};
use crate::store::{conflicts, tags};

impl Engine {
    /// Adds tags to a conflict and takes others away; answers its tags. What it has, or has not,
    /// stays as it is.
    ///
    /// # Errors
    /// The viewer may only read, there is no such conflict, a word is no tag, or it has too many.
    pub async fn tag(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        add: &[String],
        remove: &[String],
    ) -> Result<Vec<String>, Refusal> {
        if !viewer.may(Right::Comment) {
            return Err(Refusal::Forbidden);
        }
        let wrong = |word: &String| {
            Refusal::Invalid(format!("“{word}” is no tag: 1 to {LONGEST} characters, without a comma"))
        };
        let form = |word: &String| tag::form(word).ok_or_else(|| wrong(word));
        let add = add.iter().map(form).collect::<Result<Vec<_>, _>>()?;
        let remove: Vec<String> = remove.iter().filter_map(|word| tag::form(word)).collect();
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                // Locked, so that two people together do not pass the limit.
                let conflict =
                    conflicts::lock(w, &viewer, &id).await?.ok_or(Refusal::NotFound("conflict"))?;
                let mut events = Vec::new();
                let event = |action, tag: &str| {
                    Event::new(action, viewer.actor(), about(&conflict)).value("tag", tag)
                };
                for tag in &remove {
                    if tags::remove(w, &id, tag).await? {
                        events.push(event(Action::Untagged, tag));
                    }
                }
                for tag in &add {
                    if tags::add(w, &id, tag, &viewer.user).await? {
                        events.push(event(Action::Tagged, tag));
                    }
                }
                let all = tags::of_conflict(w, &id).await?;
                if all.len() > MOST && !add.is_empty() {
                    return Err(Refusal::Invalid(format!("a conflict has {MOST} tags at most")));
                }
                Ok((all, events))
            })
            .await
    }
}
