//! Floor 3: people (`pages`) and programs (`api`).
//!
//! A page is a struct deriving `Template` beside its handler; [`page::Page`] gives it what
//! every page needs while it renders. No page holds text: it holds [`messages::Msg`].

pub mod again;
pub mod api;
pub mod assets;
pub mod auth;
pub mod clock;
pub mod csrf;
pub mod failing;
pub mod failure;
pub mod filters;
pub mod flash;
pub mod gate;
pub mod guard;
pub mod headers;
pub mod health;
pub mod idempotency;
pub mod keys;
pub mod language;
pub mod letter;
pub mod marks;
pub mod messages;
pub mod page;
pub mod pages;
pub mod routes;
pub mod shell;
pub mod site;
pub mod when;
