//! The operations on rows that are another record, and on values that are none yet.

use super::{ANYBODY, Operation, STEWARDS};

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
    Operation {
        method: "post",
        path: "/api/v1/entities/{id}/validate",
        id: "validateRecord",
        summary: "Asks whether values would do, by the entity's demands and by what each system can hold; stores nothing.",
        who: Some(ANYBODY),
        query: &[],
        body: Some("ValidationBody"),
        status: 200,
        answer: "ValidationView",
    },
];
