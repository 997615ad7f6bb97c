use super::*;

#[test]
fn a_day_in_an_explicit_format() {
    let warehouse = date("%d/%m/%Y");
    reads(&warehouse, "04/10/2024", "2024-10-04");
    reads(&date("%m/%d/%Y"), "04/10/2024", "2024-04-10");
    reads(&warehouse, "4/1/2024", "2024-01-04");
    reads(&warehouse, "29/02/2024", "2024-02-29");
    reads(&warehouse, "01/01/0001", "0001-01-01");
    reads(&warehouse, "31/12/9999", "9999-12-31");
    reads(&date("%d %b %Y"), "3 Mar 2026", "2026-03-03");
    reads(&date("%Y%m%d"), "20260303", "2026-03-03");
    writes(&warehouse, "2026-03-03", "03/03/2026");
    writes(&date("%Y%m%d"), "2026-03-03", "20260303");
}

#[test]
fn what_does_not_fit_the_format_is_refused_and_not_guessed() {
    for from in [
        "10/13/2024",
        "29/02/2026",
        "31/04/2026",
        "2026-03-03",
        "03.03.2026",
        "03/03/26",
        "3/3/7",
        "00/01/2026",
        "03/03/-001",
        "03/03/0000",
        "03/03/2026 10:00",
        "",
        "tomorrow",
        "03/03/20261",
    ] {
        refuses(&date("%d/%m/%Y"), from);
    }
    refuses(&date("%d/%m/%Y"), &"1".repeat(1_000_000));
    for format in ["%H:%M", "%m/%Y", "nonsense", "%", "%!", ""] {
        refuses(&date(format), "10:30");
    }
    assert!(date("%!").write("2026-03-03", "").is_err());
}

#[test]
fn an_offset_makes_an_instant() {
    reads(&date("%d/%m/%Y %H:%M %z"), "03/03/2026 10:30 +0100", "2026-03-03T09:30:00Z");
    reads(&date("%Y-%m-%dT%H:%M:%S%:z"), "2026-01-01T00:30:00+14:00", "2025-12-31T10:30:00Z");
    reads(&date("%Y-%m-%d %H:%M:%S%.f%:z"), "2026-03-03 10:30:00.250-01:00", "2026-03-03T11:30:00.25Z");
    reads(&date("%s"), "1737396540", "2025-01-20T18:09:00Z");
    reads(&date("%Y-%m-%dT%H:%M:%SZ"), "2026-03-03T10:30:00Z", "2026-03-03T10:30:00Z");
    reads(&date("%Y-%m-%dT00:00:00Z"), "2026-03-03T00:00:00Z", "2026-03-03");
    writes(&date("%d/%m/%Y %H:%M %z"), "2026-03-03T09:30:00Z", "03/03/2026 09:30 +0000");
    writes(&date("%Y-%m-%dT%H:%M:%SZ"), "2026-03-03T11:30:00+01:00", "2026-03-03T10:30:00Z");
    writes(&date("%s"), "2025-01-20T18:09:00Z", "1737396540");
}

#[test]
fn a_time_without_an_offset_stays_without() {
    let local = date("%d/%m/%Y %H:%M:%S");
    reads(&local, "29/03/2026 02:30:00", "2026-03-29T02:30:00");
    writes(&local, "2026-03-29T02:30:00", "29/03/2026 02:30:00");
    let current = row([("a", text("01/01/2026 10:00:00"))]);
    let reason = unwritable(&field(1, vec![local]), &"2026-03-29T02:30:00Z".into(), &current);
    assert!(reason.contains("2026-03-29T02:30:00”"), "{reason}");
}

#[test]
fn a_named_zone_is_read_unless_the_hour_is_missing_or_doubled() {
    let named = date("%Y-%m-%d %H:%M %Q");
    reads(&named, "2026-03-03 10:30 Europe/Berlin", "2026-03-03T09:30:00Z");
    refuses(&named, "2026-03-29 02:30 Europe/Berlin");
    refuses(&named, "2026-10-25 02:30 Europe/Berlin");
    refuses(&named, "2026-03-03 10:30 Atlantis/Capital");
}

#[test]
fn the_parser_is_not_let_guess() {
    refuses(&date("%d/%m/%Y %I:%M"), "03/03/2026 03:30");
    reads(&date("%d/%m/%Y %I:%M %p"), "03/03/2026 03:30 PM", "2026-03-03T15:30:00");
    refuses(&date("%d/%m/%Y %H:%M:%S"), "30/06/2026 23:59:60");
    reads(&date("%d/%m/%Y %H:%M:%S"), "30/06/2026 23:59:59", "2026-06-30T23:59:59");
    refuses(&date("%Y-%m-%dT%H:%M%:z"), "9999-12-31T23:59-01:00");
    refuses(&date("%Y-%m-%dT%H:%M%:z"), "0001-01-01T00:00+01:00");
    refuses(&date("%A %d/%m/%Y"), "Monday 03/03/2026");
}

#[test]
fn a_loss_is_an_error() {
    let current = row([("a", text("01/01/2026"))]);
    let day = field(1, vec![date("%d/%m/%Y")]);
    let reason = unwritable(&day, &"2026-03-03T09:30:00Z".into(), &current);
    assert_eq!(reason, "it would read back as “2026-03-03”");
    let short_year = field(1, vec![date("%d/%m/%y")]);
    assert_eq!(short_year.write(&"2026-03-03".into(), &current), Ok(row([("a", text("03/03/26"))])));
    let reason = unwritable(&short_year, &"1926-03-03".into(), &current);
    assert_eq!(reason, "it would read back as “2026-03-03”");
    let precise = field(1, vec![date("%d/%m/%Y %H:%M %z")]);
    let reason = unwritable(&precise, &"2026-03-03".into(), &current);
    assert!(reason.contains("%H:%M"), "{reason}");
    assert_eq!(unwritable(&day, &"03/03/2026".into(), &current), "it is not a date or an instant");
}
