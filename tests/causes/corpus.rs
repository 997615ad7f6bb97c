//! The real values that cases are made of.

use super::dice::Dice;
use super::formats::Formats;
use std::path::Path;

/// What a slot holds; says how it is compared and how people edit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Name,
    Street,
    City,
    Email,
    Phone,
    Day,
    Instant,
    Price,
    Quantity,
    /// Sizes, weights, rates: numbers with decimals that were measured or computed.
    Measure,
    /// A number that is a name: a postcode, an account.
    Code,
    /// A word out of a short list: a state, a kind.
    Word,
    /// A sentence.
    Note,
    /// An exact text, capitals included.
    Label,
}

pub struct Corpus {
    names: Vec<String>,
    marked: Vec<String>,
    streets: Vec<String>,
    cities: Vec<String>,
    emails: Vec<String>,
    phones: Vec<String>,
    days: Vec<String>,
    instants: Vec<String>,
    prices: Vec<String>,
    lengths: Vec<String>,
    codes: Vec<String>,
    words: Vec<String>,
    notes: Vec<String>,
    /// Two guides' words for one restaurant: name, street, city.
    pub guides: Vec<[(String, String); 3]>,
    pub streets_marked: Vec<String>,
    pub formats: Formats,
}

pub fn rows(file: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
    reader.records().map(Result::unwrap).collect()
}

fn column(rows: &[csv::StringRecord], at: usize) -> Vec<String> {
    let values = rows.iter().filter_map(|row| row.get(at)).map(str::trim);
    let mut values: Vec<String> = values.filter(|value| !value.is_empty()).map(str::to_owned).collect();
    values.sort();
    values.dedup();
    values
}

fn title(text: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

impl Corpus {
    pub fn read() -> Self {
        let febrl = rows("febrl/people.csv");
        let splink = rows("splink-fake1000/people.csv");
        let (fodors, zagats) = (rows("fodors-zagat/fodors.csv"), rows("fodors-zagat/zagats.csv"));
        let pairs = rows("fodors-zagat/match_fodors_zagats_more_attrs.csv");
        let (addresses, customers) = (rows("sakila/addresses.csv"), rows("sakila/customers.csv"));
        let (films, payments, rentals) =
            (rows("sakila/films.csv"), rows("sakila/payments.csv"), rows("sakila/rentals.csv"));
        let marked = rows("faker/names.csv");
        let (people, places): (Vec<_>, Vec<_>) = marked.into_iter().partition(|row| &row[1] == "person");
        let people_of = |row: &csv::StringRecord| title(&format!("{} {}", &row[1], &row[2]));
        let mut names: Vec<String> = febrl.iter().map(people_of).collect();
        names.extend(customers.iter().map(|row| title(&format!("{} {}", &row[0], &row[1]).to_lowercase())));
        names.extend(splink.iter().map(|row| format!("{} {}", &row[1], &row[2])));
        names.extend(column(&fodors, 1).iter().map(|name| title(name)));
        let mut streets: Vec<String> = febrl
            .iter()
            .filter(|row| !row[4].is_empty())
            .map(|row| title(&format!("{} {}", &row[3], &row[4])))
            .collect();
        streets.extend(column(&addresses, 0));
        streets.extend(column(&zagats, 2).iter().map(|street| title(street)));
        let iso = |day: &String| format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..8]);
        let mut days: Vec<String> = column(&febrl, 9).iter().filter(|day| day.len() == 8).map(iso).collect();
        days.extend(column(&splink, 3));
        let stamp = |at: &String| format!("{}Z", at.replace(' ', "T"));
        let mut instants: Vec<String> =
            column(&rentals, 0).iter().chain(&column(&rentals, 1)).map(stamp).collect();
        instants.extend(column(&payments, 1).iter().map(stamp));
        let mut prices = column(&films, 4);
        prices.extend(column(&payments, 0));
        let mut words = column(&febrl, 6);
        words.extend(column(&fodors, 5));
        Self {
            marked: column(&people, 2),
            streets_marked: column(&places, 2),
            cities: column(&febrl, 6)
                .iter()
                .map(|city| title(city))
                .chain(column(&rows("sakila/cities.csv"), 0))
                .collect(),
            emails: column(&splink, 5).into_iter().chain(column(&customers, 2)).collect(),
            phones: column(&fodors, 4),
            codes: column(&febrl, 7)
                .into_iter()
                .chain(column(&febrl, 10))
                .chain(column(&addresses, 2))
                .collect(),
            notes: column(&films, 1),
            lengths: column(&films, 3),
            guides: pairs.iter().map(guides).collect(),
            words: words.iter().filter(|word| word.len() > 3).map(|word| title(word)).collect(),
            names,
            streets,
            days,
            instants,
            prices,
            formats: Formats::read(),
        }
    }

    /// A value of that sort.
    pub fn value(&self, sort: Sort, dice: &mut Dice) -> String {
        match sort {
            Sort::Name if dice.percent(20) => dice.pick(&self.marked).clone(),
            Sort::City if dice.percent(15) => dice.pick(&self.streets_marked).clone(),
            Sort::Name | Sort::City if dice.percent(10) => dice.pick(&self.formats.words).clone(),
            Sort::Label if dice.percent(25) => dice.pick(&self.marked).clone(),
            Sort::Name | Sort::Label => dice.pick(&self.names).clone(),
            Sort::Street => dice.pick(&self.streets).clone(),
            Sort::City => dice.pick(&self.cities).clone(),
            Sort::Email => dice.pick(&self.emails).clone(),
            Sort::Phone if dice.percent(40) => dice.pick(&self.formats.phones).international.clone(),
            Sort::Phone => dice.pick(&self.phones).replace('/', "-"),
            Sort::Day => dice.pick(&self.days).clone(),
            Sort::Instant => dice.pick(&self.instants).clone(),
            Sort::Price => dice.pick(&self.prices).clone(),
            Sort::Quantity => match dice.percent(50) {
                true => dice.from(1, 60).to_string(),
                false => dice.pick(&self.lengths).clone(),
            },
            Sort::Measure => self.measure(dice),
            Sort::Code => dice.pick(&self.codes).clone(),
            Sort::Word => dice.pick(&self.words).clone(),
            Sort::Note => dice.pick(&self.notes).clone(),
        }
    }

    /// A price with tax, a share, a weight: computed from real numbers, with many decimals.
    fn measure(&self, dice: &mut Dice) -> String {
        let price: f64 = dice.pick(&self.prices).parse().unwrap();
        let length: f64 = dice.pick(&self.lengths).parse().unwrap();
        let (value, places) = match dice.from(0, 3) {
            0 => (price * 1.19, 4),
            1 => (price * length / 60.0, 3),
            2 => (length / 7.0, 5),
            _ => (length * 1.37 + price, 3),
        };
        format!("{value:.places$}")
    }

    /// A value with letters beyond ASCII.
    pub fn marked(&self, dice: &mut Dice) -> String {
        let name = dice.pick(&self.marked).clone();
        match dice.from(0, 3) {
            0 => dice.pick(&self.streets_marked).clone(),
            1 => format!("{name} {}", dice.pick(&self.marked)),
            2 => format!("{} {name}", dice.pick(&self.cities)),
            _ => name,
        }
    }
}

fn guides(row: &csv::StringRecord) -> [(String, String); 3] {
    [(3, 7), (4, 8), (5, 9)].map(|(left, right)| (row[left].trim().to_owned(), row[right].trim().to_owned()))
}
