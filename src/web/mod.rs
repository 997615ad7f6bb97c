//! Floor 3: people (`pages`) and programs (`api`).
//!
//! A page is a struct deriving `Template` beside its handler; [`page::Page`] gives it what
//! every page needs while it renders. No page holds text: it holds [`messages::Msg`].

pub mod assets;
pub mod failure;
pub mod filters;
pub mod keys;
pub mod marks;
pub mod messages;
pub mod page;
pub mod pages;
pub mod when;
