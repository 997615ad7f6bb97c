//! Values hidden by role: nobody meets one that they may not see, wherever it is drawn or told, and
//! nobody decides it.

mod crawl;
mod mails;
mod programs;
mod refusals;
mod story;
