//! Comma-separated values that no spreadsheet runs.

/// One line of CSV (RFC 4180).
#[must_use]
pub fn line<const N: usize>(cells: [String; N]) -> Vec<u8> {
    let cells = cells.map(|cell| format!("\"{}\"", harmless(cell).replace('"', "\"\"")));
    format!("{}\r\n", cells.join(",")).into_bytes()
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    // Full-width forms are taken for the plain signs by some.
    let formula = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(formula) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_cell_starts_a_formula() {
        for bad in ["=1+1", "+49 30", "-1", "@sum", "\tx", "\rx", "＝1"] {
            assert_eq!(harmless(bad.to_owned()), format!("'{bad}"));
        }
        assert_eq!(harmless("Lindenallee 12".to_owned()), "Lindenallee 12");
    }
}
