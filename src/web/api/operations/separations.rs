//! The operations on rows that are another record.

use super::{Operation, STEWARDS};

/// In the order of their use.
pub const SEPARATIONS: &[Operation] = &[
    Operation {
        method: "post",
        path: "/api/v1/records/{id}/separations",
        id: "separateRecord",
        summary: "Says that one system's row is another record: it becomes one of its own.",
        who: Some(STEWARDS),
        query: &[],
        body: Some("SeparationBody"),
        status: 201,
        answer: "SeparationView",
    },
    Operation {
        method: "post",
        path: "/api/v1/separations/{id}/end",
        id: "endSeparation",
        summary: "Links a row again to the record it was taken out of.",
        who: Some(STEWARDS),
        query: &[],
        body: None,
        status: 200,
        answer: "SeparationView",
    },
];
