//! Stories with a known cause: who did what to which system, and when.

use super::corpus::{Corpus, Sort};
use super::dice::Dice;
use super::scene::{Scene, Voice, beginning};
use super::{damage, edit};
use chrono::TimeDelta;
use referee::domain::author::AuthorKind;
use referee::domain::ids::SystemId;
use referee::domain::time::Time;
use referee::domain::value::{Held, Tuple};
use std::collections::BTreeMap;

const SYSTEMS: [&str; 4] = ["portal", "warehouse", "billing", "helpdesk"];
const PEOPLE: [&str; 4] = ["Ada Okafor", "b.lindqvist", "customer", "M. Reyes"];
pub const SORTS: [Sort; 14] = [
    Sort::Name,
    Sort::Street,
    Sort::City,
    Sort::Email,
    Sort::Phone,
    Sort::Day,
    Sort::Instant,
    Sort::Price,
    Sort::Quantity,
    Sort::Measure,
    Sort::Code,
    Sort::Word,
    Sort::Note,
    Sort::Label,
];

pub struct Teller<'t> {
    pub corpus: &'t Corpus,
    pub dice: &'t mut Dice,
}

fn tuple(texts: &[String]) -> Tuple {
    texts.iter().map(|text| Held::from(text.as_str())).collect()
}

impl Teller<'_> {
    /// A story, with the name of its cause.
    pub fn tell(&mut self) -> (&'static str, Scene) {
        let weights = [13, 12, 10, 35, 8, 8, 6, 14];
        let (label, mut scene) = match self.dice.weighted(&weights) {
            0 => ("stale_copy", self.stale_copy()),
            1 => ("human_override", self.by_hand()),
            2 => ("race", self.race()),
            3 => self.converted(),
            4 => ("bulk_update", self.bulk()),
            5 => ("interface_change", self.interface()),
            6 => ("echo", self.echo()),
            _ => ("unknown", self.unknown()),
        };
        let values: Vec<String> = scene
            .voices
            .iter()
            .map(|voice| format!("{}={:?} {:?}", voice.system, voice.values, voice.hand))
            .collect();
        scene.told = format!("agreed {:?}; {}", scene.agreed, values.join("; "));
        (label, scene)
    }

    /// Two texts of one slot, the second one brought by a program.
    pub fn pair(&mut self, sort: Sort, whole: &str, damaged: &str) -> Scene {
        let mut scene = self.agreed(vec![sort], Some(vec![whole.to_owned()]));
        self.change(&mut scene, 1, tuple(&[damaged.to_owned()]), AuthorKind::Integration, beginning());
        scene
    }

    /// Systems that agree on some values, last changed long ago.
    fn agreed(&mut self, sorts: Vec<Sort>, texts: Option<Vec<String>>) -> Scene {
        let texts =
            texts.unwrap_or_else(|| sorts.iter().map(|sort| self.corpus.value(*sort, self.dice)).collect());
        let n = usize::try_from(self.dice.from(2, 4)).unwrap();
        let voices = SYSTEMS[..n].iter().map(|system| self.voice(system, &sorts, &texts)).collect();
        let source =
            SYSTEMS[..n].get(usize::try_from(self.dice.from(0, 5)).unwrap()).map(|id| SystemId::from(*id));
        Scene {
            agreed: Some(tuple(&texts)),
            sorts,
            voices,
            past: Vec::new(),
            written: BTreeMap::new(),
            limits: BTreeMap::new(),
            source,
            region: "US".to_owned(),
            told: String::new(),
        }
    }

    /// A system writes its values in its own way: that is no difference.
    fn voice(&mut self, system: &str, sorts: &[Sort], texts: &[String]) -> Voice {
        let capitals = self.dice.percent(15);
        let own = |(sort, text): (&Sort, &String)| match sort {
            Sort::Name | Sort::Street | Sort::City if capitals => text.to_uppercase(),
            Sort::Phone if capitals && !text.starts_with('+') => format!("+1 {}", text.replace('-', " ")),
            _ => text.clone(),
        };
        let texts: Vec<String> = sorts.iter().zip(texts).map(own).collect();
        let changed = beginning() - TimeDelta::hours(self.dice.from(41 * 24, 400 * 24));
        Voice {
            system: SystemId::from(system),
            values: tuple(&texts),
            modified_at: self.dice.percent(80).then_some(changed),
            author: None,
            hand: AuthorKind::Unknown,
            burst: 0,
            revision: self.dice.from(1, 4),
            read_after: beginning() - TimeDelta::days(41),
            read_at: beginning() - TimeDelta::days(40),
        }
    }

    fn sorts(&mut self) -> Vec<Sort> {
        match self.dice.percent(15) {
            true => vec![Sort::Street, Sort::City, Sort::Code],
            false => vec![*self.dice.pick(&SORTS)],
        }
    }

    fn at(&mut self, from: Time) -> Time {
        from + TimeDelta::seconds(self.dice.from(60, 20 * 24 * 3600))
    }

    /// The index of some system, and of another one.
    fn two(&mut self, scene: &Scene) -> (usize, usize) {
        let n = i64::try_from(scene.voices.len()).unwrap();
        let one = self.dice.from(0, n - 1);
        let other = (one + self.dice.from(1, n - 1)) % n;
        (usize::try_from(one).unwrap(), usize::try_from(other).unwrap())
    }

    /// A system's values become others, by somebody, at some time.
    fn change(&mut self, scene: &mut Scene, system: usize, values: Tuple, hand: AuthorKind, at: Time) {
        let silent = self.dice.percent(if hand == AuthorKind::Person { 4 } else { 30 });
        let timed = self.dice.percent(85);
        let author = match hand {
            AuthorKind::Person => *self.dice.pick(&PEOPLE),
            AuthorKind::Import => "import",
            AuthorKind::Us => "referee",
            _ => "nightly-sync",
        };
        let voice = &mut scene.voices[system];
        scene.past.push((voice.system.clone(), voice.values.clone(), voice.read_at));
        voice.values = values;
        voice.modified_at = timed.then_some(at);
        voice.hand = if silent && hand != AuthorKind::Us { AuthorKind::Unknown } else { hand };
        voice.author = (voice.hand != AuthorKind::Unknown).then(|| author.to_owned());
        voice.read_after = at - TimeDelta::minutes(self.dice.from(1, 600));
        voice.read_at = at + TimeDelta::minutes(self.dice.from(1, 600));
        voice.revision += 1;
    }

    fn machine(&mut self) -> AuthorKind {
        *self.dice.pick(&[AuthorKind::Integration, AuthorKind::Integration, AuthorKind::Import])
    }

    /// What somebody meant to have there: one member of a group, or all of them.
    fn meant(&mut self, sorts: &[Sort], values: &Tuple) -> Tuple {
        let all = self.dice.percent(60);
        let only = usize::try_from(self.dice.from(0, i64::try_from(sorts.len()).unwrap() - 1)).unwrap();
        let edited = sorts.iter().zip(values).enumerate().map(|(at, (sort, held))| match held.value() {
            Some(text) if all || at == only => {
                Held::from(edit::meant(self.corpus, *sort, text, self.dice).as_str())
            }
            _ => held.clone(),
        });
        edited.collect()
    }

    /// One system has a new value, by its owner or through its own channel; the others wait.
    fn stale_copy(&mut self) -> Scene {
        let sorts = self.sorts();
        let mut scene = self.agreed(sorts, None);
        let (one, _) = self.two(&scene);
        if scene.source.is_some() {
            scene.source = Some(scene.voices[one].system.clone());
        }
        let new = self.meant(&scene.sorts, &scene.voices[one].values.clone());
        let hand = if self.dice.percent(70) { AuthorKind::Person } else { self.machine() };
        let at = self.at(beginning());
        self.change(&mut scene, one, new, hand, at);
        scene
    }

    /// A person against another change, or in a system that has no say.
    fn by_hand(&mut self) -> Scene {
        let sorts = self.sorts();
        let mut scene = self.agreed(sorts, None);
        let (one, other) = self.two(&scene);
        let at = self.at(beginning());
        let new = self.meant(&scene.sorts, &scene.voices[one].values.clone());
        self.change(&mut scene, one, new, AuthorKind::Person, at);
        if self.dice.percent(50) {
            scene.source = Some(scene.voices[other].system.clone());
        } else {
            let another = self.meant(&scene.sorts, &scene.voices[other].values.clone());
            let hand = if self.dice.percent(50) { AuthorKind::Person } else { self.machine() };
            let later = self.at(beginning());
            self.change(&mut scene, other, another, hand, later);
        }
        scene
    }

    /// A system writes back what it had read before a newer change elsewhere.
    fn race(&mut self) -> Scene {
        let sorts = self.sorts();
        let mut scene = self.agreed(sorts, None);
        let (one, other) = self.two(&scene);
        let old = scene.voices[other].values.clone();
        let new = self.meant(&scene.sorts, &scene.voices[one].values.clone());
        let at = self.at(beginning());
        let hand = if self.dice.percent(80) { AuthorKind::Person } else { self.machine() };
        self.change(&mut scene, one, new.clone(), hand, at);
        let by = if self.dice.percent(15) { AuthorKind::Person } else { self.machine() };
        let gap = if self.dice.percent(60) { self.dice.from(3, 900) } else { self.dice.from(900, 100_000) };
        let back = at + TimeDelta::seconds(gap);
        if self.dice.percent(45) {
            // It never took the new value, and saved its row with the old one.
            self.change(&mut scene, other, old, by, back);
            for told in [one, other] {
                let time = if told == one { at } else { back };
                scene.voices[told].modified_at = Some(time);
            }
            return scene;
        }
        // Everybody, or only the other one, had taken the new value before.
        let everybody = self.dice.percent(60);
        let sent = at + TimeDelta::seconds(gap / 3 + 1);
        for taker in 0..scene.voices.len() {
            if taker == other || everybody && taker != one {
                self.change(&mut scene, taker, new.clone(), AuthorKind::Integration, sent);
            }
        }
        scene.agreed = if everybody { Some(new) } else { scene.agreed };
        self.change(&mut scene, other, old, by, back);
        scene
    }

    fn converted(&mut self) -> (&'static str, Scene) {
        let corpus = self.corpus;
        let formats = &corpus.formats;
        match self.dice.weighted(&[6, 9, 20, 10, 7, 10, 9, 9, 9, 6, 6]) {
            0 => ("transformation/swapped", self.damaged(&[Sort::Day], |_, text, _| damage::swapped(text))),
            1 => ("transformation/truncated", self.narrow()),
            2 => ("transformation/encoding", self.misread()),
            3 if self.dice.percent(10) => (
                "transformation/zone",
                self.damaged(&[Sort::Day], |_, text, dice| {
                    damage::day_in_another_zone(text, &formats.zones, dice)
                }),
            ),
            3 => (
                "transformation/zone",
                self.damaged(&[Sort::Instant], |_, text, dice| {
                    damage::in_another_zone(text, &formats.zones, dice)
                }),
            ),
            4 => (
                "transformation/unit",
                self.damaged(&[Sort::Price, Sort::Measure, Sort::Quantity], |_, text, dice| {
                    damage::in_another_unit(text, dice)
                }),
            ),
            5 => (
                "transformation/rounded",
                self.damaged(&[Sort::Price, Sort::Measure, Sort::Measure], |_, text, dice| {
                    damage::rounded(text, dice)
                }),
            ),
            6 => (
                "transformation/case",
                self.damaged(&[Sort::Label], |_, text, dice| Some(damage::recased(text, dice))),
            ),
            7 => ("transformation/zeros", self.without_zeros()),
            8 => self.misread_day(),
            9 => ("transformation/unit", self.misread_number()),
            _ if self.dice.percent(50) => ("transformation/dial_code", self.redialled()),
            _ => ("transformation/notation", self.in_other_signs()),
        }
    }

    /// A day written as in one country and read as in another.
    fn misread_day(&mut self) -> (&'static str, Scene) {
        let corpus = self.corpus;
        let day = corpus.value(Sort::Day, self.dice);
        let Some(read) = corpus.formats.misread_day(&day, self.dice) else { return self.misread_day() };
        let (old, new): (Vec<&str>, Vec<&str>) = (day.split('-').collect(), read.split('-').collect());
        let swapped = old[0][2..] == new[0][2..] && old[1] != new[1];
        let scene = self.damaged_value(vec![Sort::Day], vec![day.clone()], 0, |_, _| Some(read.clone()));
        (if swapped { "transformation/swapped" } else { "transformation/other" }, scene)
    }

    /// The sign between thousands read as the one before decimals, or the other way round.
    fn misread_number(&mut self) -> Scene {
        let corpus = self.corpus;
        let number = self.amount();
        let misread = |text: &str, dice: &mut Dice| corpus.formats.misread_number(text, dice);
        self.damaged_value(vec![Sort::Price], vec![number], 0, misread)
    }

    /// What was bought, and its price: up to some tens of thousands.
    fn amount(&mut self) -> String {
        let price: f64 = self.corpus.value(Sort::Price, self.dice).parse().unwrap();
        let times = [1, 12, 144, 5000][self.dice.weighted(&[30, 30, 30, 10])];
        format!("{:.2}", price * f64::from(times))
    }

    /// A day or a number as another country writes it, which nobody converted.
    fn in_other_signs(&mut self) -> Scene {
        let corpus = self.corpus;
        if self.dice.percent(50) {
            return self.damaged(&[Sort::Day], |_, text, dice| corpus.formats.written_day(text, dice));
        }
        let number = self.amount();
        // What reads as a number is another one, and a story of its own.
        let written = |text: &str, dice: &mut Dice| {
            Some(corpus.formats.written_number(text, dice)).filter(|text| text.parse::<f64>().is_err())
        };
        self.damaged_value(vec![Sort::Price], vec![number], 0, written)
    }

    /// A number of one country dialled in another.
    fn redialled(&mut self) -> Scene {
        let phones = &self.corpus.formats.phones;
        let (own, home) = (self.dice.pick(phones), self.dice.pick(phones));
        let damaged = damage::redialled(own, home, self.dice);
        let whole = own.international.clone();
        let mut scene = self.damaged_value(vec![Sort::Phone], vec![whole], 0, |_, _| Some(damaged.clone()));
        scene.region.clone_from(&home.region);
        scene
    }

    /// A system holds a value as a conversion left it: what was agreed, or what another has
    /// newly got, or on the first day.
    fn damaged(&mut self, sorts: &[Sort], damage: impl Fn(Sort, &str, &mut Dice) -> Option<String>) -> Scene {
        let sort = *self.dice.pick(sorts);
        let value = self.corpus.value(sort, self.dice);
        self.damaged_value(vec![sort], vec![value], 0, |text, dice| damage(sort, text, dice))
    }

    fn damaged_value(
        &mut self,
        sorts: Vec<Sort>,
        texts: Vec<String>,
        member: usize,
        damage: impl Fn(&str, &mut Dice) -> Option<String>,
    ) -> Scene {
        let way = self.dice.weighted(&[50, 35, 15]);
        let sorted_as_number = matches!(sorts[member], Sort::Price | Sort::Quantity | Sort::Measure);
        let before: Vec<String> = match way {
            1 => sorts.iter().map(|sort| self.corpus.value(*sort, self.dice)).collect(),
            _ => texts.clone(),
        };
        let mut scene = self.agreed(sorts, Some(before));
        let (one, other) = self.two(&scene);
        let at = self.at(beginning());
        if way == 1 {
            self.change(&mut scene, one, tuple(&texts), AuthorKind::Person, at);
        }
        let mut values = texts;
        let number = |text: &str| text.parse::<f64>().ok();
        let damaged = damage(&values[member], self.dice).filter(|text| {
            let same = number(text).is_some() && number(text) == number(&values[member]) && sorted_as_number;
            text.trim() != values[member] && !same
        });
        // A damage that changes nothing is no story.
        let Some(damaged) = damaged else { return self.nothing() };
        values[member] = damaged;
        let by = if self.dice.percent(5) { AuthorKind::Person } else { self.machine() };
        let later = at + TimeDelta::seconds(self.dice.from(5, 80_000));
        self.change(&mut scene, other, tuple(&values), by, later);
        if way == 2 {
            scene.agreed = None;
            scene.past.clear();
        }
        if self.dice.percent(10) {
            scene.voices[other].burst = self.dice.from(2, 199);
        }
        scene
    }

    /// Systems that agree: no case.
    fn nothing(&mut self) -> Scene {
        self.agreed(vec![Sort::Day], None)
    }

    fn narrow(&mut self) -> Scene {
        if self.dice.percent(15) {
            return self.damaged(&[Sort::Instant], |_, text, dice| damage::cut_instant(text, dice));
        }
        let sort = *self.dice.pick(&[
            Sort::Name,
            Sort::Street,
            Sort::City,
            Sort::Email,
            Sort::Note,
            Sort::Note,
            Sort::Word,
        ]);
        let value = match sort {
            Sort::Name => {
                format!("{} and {}", self.corpus.value(sort, self.dice), self.corpus.value(sort, self.dice))
            }
            _ => self.corpus.value(sort, self.dice),
        };
        let Some((stored, width)) = damage::cut(&value, self.dice) else { return self.narrow() };
        let mut scene = self.damaged_value(vec![sort], vec![value], 0, |_, _| Some(stored.clone()));
        if self.dice.percent(40) {
            let damaged =
                scene.voices.iter().position(|voice| voice.values[0].value() == Some(stored.as_str()));
            if let Some(at) = damaged {
                scene.limits.insert(scene.voices[at].system.clone(), width);
            }
        }
        scene
    }

    fn misread(&mut self) -> Scene {
        if self.dice.percent(40) {
            let value = self.dice.pick(&self.corpus.formats.words).clone();
            return self.damaged_value(vec![Sort::Name], vec![value], 0, |text, dice| {
                Some(damage::encoded_elsewhere(text, dice))
            });
        }
        let value = self.corpus.marked(self.dice);
        match self.dice.percent(20) {
            true => {
                let rest = [Sort::City, Sort::Code].map(|sort| self.corpus.value(sort, self.dice));
                let texts = [vec![value], rest.to_vec()].concat();
                self.damaged_value(vec![Sort::Street, Sort::City, Sort::Code], texts, 0, |text, dice| {
                    Some(damage::encoded(text, dice))
                })
            }
            false => self.damaged_value(vec![Sort::Name], vec![value], 0, |text, dice| {
                Some(damage::encoded(text, dice))
            }),
        }
    }

    fn without_zeros(&mut self) -> Scene {
        let zeros = usize::try_from(self.dice.from(1, 3)).unwrap();
        let mut code = format!("{}{}", "0".repeat(zeros), self.corpus.value(Sort::Code, self.dice));
        if self.dice.percent(25) {
            // A telephone number in a column of texts.
            let dialled = &self.dice.pick(&self.corpus.formats.phones).national;
            let digits: String = dialled.chars().filter(char::is_ascii_digit).collect();
            code = if digits.starts_with('0') { digits } else { code };
        }
        self.damaged_value(vec![Sort::Code], vec![code], 0, damage::as_number)
    }

    /// One of very many records changed at once.
    fn bulk(&mut self) -> Scene {
        let sorts = self.sorts();
        let mut scene = self.agreed(sorts, None);
        let (one, _) = self.two(&scene);
        let new = self.meant(&scene.sorts, &scene.voices[one].values.clone());
        let at = self.at(beginning());
        let hand = if self.dice.percent(20) { AuthorKind::Person } else { self.machine() };
        self.change(&mut scene, one, new, hand, at);
        let voice = &mut scene.voices[one];
        // Counted by author and time, so both are told.
        voice.modified_at = Some(at);
        if voice.hand == AuthorKind::Unknown {
            (voice.hand, voice.author) = (AuthorKind::Import, Some("import".to_owned()));
        }
        voice.burst = self.dice.from(200, 9000);
        scene
    }

    /// What a system gives is no longer what it gave.
    fn interface(&mut self) -> Scene {
        let sorts = vec![*self.dice.pick(&SORTS)];
        let mut scene = self.agreed(sorts, None);
        let (one, _) = self.two(&scene);
        let sort = scene.sorts[0];
        let word = scene.voices[one].values[0].value().unwrap_or_default().to_owned();
        let code = format!("{}", self.dice.from(1, 40));
        let letters: String =
            word.split([' ', '-']).filter_map(|word| word.chars().next()).collect::<String>().to_uppercase();
        let text = match (sort, self.dice.from(0, 5)) {
            (_, 0) => String::new(),
            (_, 1) => {
                (*self.dice.pick(&["null", "None", "NaN", "undefined", "#N/A", "[object Object]"])).to_owned()
            }
            (_, 2) => format!("{{\"id\":{code},\"label\":\"{word}\"}}"),
            (Sort::Word | Sort::City, _) if self.dice.percent(60) || letters.len() < 2 => code,
            (Sort::Word | Sort::City, _) => letters,
            (Sort::Day, _) => format!("{}", self.dice.from(20_000, 46_000)),
            (Sort::Instant, _) => format!("{}", self.dice.from(1_000_000_000, 1_800_000_000)),
            (Sort::Price | Sort::Measure | Sort::Quantity, _) => format!("{word} EUR").replace('.', ","),
            (Sort::Code | Sort::Email | Sort::Phone, _) => self.corpus.value(Sort::Name, self.dice),
            // The neighbour's column, or a number instead of the name.
            _ => code,
        };
        let (hand, at) = (self.machine(), self.at(beginning()));
        self.change(&mut scene, one, vec![Held::from(text.as_str())], hand, at);
        scene
    }

    /// What we wrote came back otherwise, or by our own name.
    fn echo(&mut self) -> Scene {
        let sorts = self.sorts();
        let mut scene = self.agreed(sorts, None);
        let (one, _) = self.two(&scene);
        let wrote = self.meant(&scene.sorts, &scene.voices[one].values.clone());
        let (at, system) = (self.at(beginning()), scene.voices[one].system.clone());
        let made = match (scene.sorts[0], wrote[0].value()) {
            (Sort::Note | Sort::Name | Sort::Street, Some(text)) => {
                damage::cut(text, self.dice).map(|cut| cut.0)
            }
            (Sort::Price | Sort::Measure, Some(text)) => damage::rounded(text, self.dice),
            (Sort::Code, Some(text)) => damage::as_number(text, self.dice),
            _ => None,
        };
        let known = self.dice.percent(60);
        let mut came = wrote.clone();
        if let Some(made) = made {
            came[0] = Held::from(made.as_str());
        }
        let number = |tuple: &Tuple| tuple[0].value().and_then(|text| text.parse::<f64>().ok());
        let numeric = matches!(scene.sorts[0], Sort::Price | Sort::Measure);
        let same = came == wrote || numeric && number(&came) == number(&wrote);
        let hand =
            if known && !same && self.dice.percent(40) { AuthorKind::Integration } else { AuthorKind::Us };
        if known && !same {
            scene.written.insert(system, wrote);
        }
        self.change(&mut scene, one, came, hand, at);
        scene
    }

    /// Nobody can say: never agreed, or two programs with two values.
    fn unknown(&mut self) -> Scene {
        if self.dice.percent(40) {
            return self.two_guides();
        }
        let sorts = self.sorts();
        let mut scene = self.agreed(sorts, None);
        let (one, other) = self.two(&scene);
        for system in [one, other] {
            let new = self.meant(&scene.sorts, &scene.voices[system].values.clone());
            let (hand, at) = (self.machine(), self.at(beginning()));
            self.change(&mut scene, system, new, hand, at);
        }
        if self.dice.percent(50) {
            scene.agreed = None;
            scene.past.clear();
        }
        scene
    }

    /// Two restaurant guides, as they really differ.
    fn two_guides(&mut self) -> Scene {
        let at = usize::try_from(self.dice.from(0, 2)).unwrap();
        let differing: Vec<&(String, String)> =
            self.corpus.guides.iter().map(|pair| &pair[at]).filter(|(a, b)| a != b).collect();
        let (left, right) = (*self.dice.pick(&differing)).clone();
        let sort = [Sort::Name, Sort::Street, Sort::City][at];
        let mut scene = self.agreed(vec![sort], Some(vec![left]));
        let (_, other) = self.two(&scene);
        scene.voices[other].values = tuple(&[right]);
        scene.agreed = None;
        scene
    }
}
