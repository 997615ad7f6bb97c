//! Countries of the demo: names, streets, and cities with the postcodes and numbers they have.
//!
//! Names are common ones put together by dice, numbers come from ranges that look right and
//! are given to nobody where a country keeps such a range; whoever they resemble is not meant.

/// A country whose house numbers follow the street.
pub struct Country {
    /// ISO 3166 alpha-2.
    pub code: &'static str,
    /// As the warehouse writes it.
    pub shouted: &'static str,
    /// Customers out of a hundred.
    pub share: usize,
    pub given: &'static [&'static str],
    pub family: &'static [&'static str],
    pub streets: &'static [&'static str],
    pub cities: &'static [City],
}

/// A city; patterns as in [`super::random::Dice::fill`].
pub struct City {
    pub name: &'static str,
    pub postcode: &'static str,
    /// In international format, with spaces.
    pub phone: &'static str,
}

const fn city(name: &'static str, postcode: &'static str, phone: &'static str) -> City {
    City { name, postcode, phone }
}

/// The country of that code, or else the first.
#[must_use]
pub fn country(code: &str) -> &'static Country {
    COUNTRIES.iter().find(|country| country.code == code).unwrap_or(&COUNTRIES[0])
}

pub const COUNTRIES: &[Country] = &[
    Country {
        code: "DE",
        shouted: "GERMANY",
        share: 34,
        given: &[
            "Anna", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hannes", "Ida", "Jonas", "Katrin",
            "Lena", "Lukas", "Marie", "Mehmet", "Nele", "Oskar", "Paula", "Ruth", "Sven", "Thea", "Yusuf",
        ],
        family: &[
            "Adler", "Bauer", "Beck", "Brandt", "Dietrich", "Engel", "Fuchs", "Götz", "Hartmann", "Jäger",
            "Keller", "Köhler", "Lorenz", "Möller", "Nowak", "Okafor", "Petersen", "Richter", "Sommer",
            "Vogt", "Weiß", "Demir", "Ziegler",
        ],
        streets: &[
            "Ahornweg",
            "Am Stadtpark",
            "Bahnhofstraße",
            "Bergstraße",
            "Birkenweg",
            "Eichendorffstraße",
            "Elmstraße",
            "Gartenstraße",
            "Goethestraße",
            "Hafenweg",
            "Kastanienallee",
            "Lindenallee",
            "Marktplatz",
            "Mühlenweg",
            "Rosenstraße",
            "Schillerstraße",
            "Schulstraße",
            "Waldweg",
        ],
        cities: &[
            city("Berlin", "101##", "+49 30 5550 ####"),
            city("Hamburg", "2035#", "+49 40 5550 ####"),
            city("München", "8033#", "+49 89 5550 ####"),
            city("Köln", "5066#", "+49 221 5550 ###"),
            city("Leipzig", "0410#", "+49 341 5550 ###"),
            city("Frankfurt am Main", "6031#", "+49 69 5550 ####"),
        ],
    },
    Country {
        code: "AT",
        shouted: "AUSTRIA",
        share: 9,
        given: &[
            "Alma",
            "Emil",
            "Felix",
            "Johanna",
            "Leopold",
            "Magdalena",
            "Moritz",
            "Rosa",
            "Theo",
            "Valerie",
        ],
        family: &[
            "Berger", "Eder", "Fischer", "Gruber", "Hofer", "Lang", "Mayr", "Pichler", "Steiner", "Wimmer",
        ],
        streets: &["Feldgasse", "Hauptplatz", "Kirchengasse", "Lindengasse", "Neubaugasse", "Schlossgasse"],
        cities: &[
            city("Wien", "10%0", "+43 1 555 0###"),
            city("Graz", "801#", "+43 316 555 0##"),
            city("Salzburg", "502#", "+43 662 555 0##"),
        ],
    },
    Country {
        code: "CH",
        shouted: "SWITZERLAND",
        share: 8,
        given: &["Beat", "Céline", "Fabio", "Livia", "Luca", "Noëlle", "Reto", "Sandra", "Urs", "Zoé"],
        family: &[
            "Ammann", "Bianchi", "Favre", "Graf", "Huber", "Keller", "Meier", "Rochat", "Schmid", "Zürcher",
        ],
        streets: &["Bahnhofplatz", "Dorfstrasse", "Freiestrasse", "Kirchweg", "Seestrasse", "Via Nassa"],
        cities: &[
            city("Zürich", "800#", "+41 44 555 ## ##"),
            city("Bern", "301#", "+41 31 555 ## ##"),
            city("Basel", "405#", "+41 61 555 ## ##"),
            city("Genève", "120#", "+41 22 555 ## ##"),
        ],
    },
    Country {
        code: "NL",
        shouted: "NETHERLANDS",
        share: 8,
        given: &["Anouk", "Bram", "Daan", "Femke", "Jasper", "Lotte", "Maud", "Noor", "Pieter", "Sanne"],
        family: &[
            "Bakker",
            "de Boer",
            "de Wit",
            "Jansen",
            "Meijer",
            "Mulder",
            "Smit",
            "van Dijk",
            "van den Berg",
        ],
        streets: &["Dorpsstraat", "Keizersgracht", "Kerkstraat", "Molenweg", "Prinsengracht", "Stationsweg"],
        cities: &[
            city("Amsterdam", "101# @@", "+31 20 555 0###"),
            city("Rotterdam", "301# @@", "+31 10 555 0###"),
            city("Utrecht", "351# @@", "+31 30 555 0###"),
        ],
    },
    Country {
        code: "SE",
        shouted: "SWEDEN",
        share: 7,
        given: &["Alva", "Ebba", "Elsa", "Gustav", "Hugo", "Linnéa", "Mateo", "Nils", "Olle", "Sigrid"],
        family: &[
            "Åberg",
            "Bergström",
            "Ek",
            "Holm",
            "Lindqvist",
            "Lund",
            "Nyström",
            "Sandberg",
            "Söderlund",
        ],
        streets: &["Björkvägen", "Drottninggatan", "Kungsgatan", "Ringvägen", "Skolgatan", "Storgatan"],
        cities: &[
            city("Stockholm", "111 ##", "+46 70 555 ## ##"),
            city("Göteborg", "411 ##", "+46 73 555 ## ##"),
            city("Malmö", "211 ##", "+46 76 555 ## ##"),
        ],
    },
    Country {
        code: "NO",
        shouted: "NORWAY",
        share: 5,
        given: &["Aksel", "Astrid", "Eirik", "Frida", "Ingrid", "Jakob", "Solveig", "Sindre", "Tuva"],
        family: &["Berg", "Dahl", "Haugen", "Nilsen", "Ødegård", "Solberg", "Strand", "Vik"],
        streets: &["Fjellveien", "Havnegata", "Kirkegata", "Skogveien", "Storgata"],
        cities: &[
            city("Oslo", "018#", "+47 22 55 5# ##"),
            city("Bergen", "501#", "+47 55 55 0# ##"),
            city("Trondheim", "701#", "+47 73 55 5# ##"),
        ],
    },
    Country {
        code: "DK",
        shouted: "DENMARK",
        share: 5,
        given: &["Asger", "Freja", "Karla", "Magnus", "Mikkel", "Nanna", "Rasmus", "Signe", "Søren"],
        family: &["Andersen", "Bach", "Christensen", "Holst", "Kjær", "Lauridsen", "Møller", "Skov"],
        streets: &["Algade", "Bredgade", "Havnegade", "Møllevej", "Nørregade", "Søndergade"],
        cities: &[city("København", "121#", "+45 33 55 ## ##"), city("Aarhus", "800#", "+45 86 55 ## ##")],
    },
    Country {
        code: "PT",
        shouted: "PORTUGAL",
        share: 6,
        given: &["Afonso", "Beatriz", "Duarte", "Inês", "João", "Leonor", "Rita", "Rui", "Tiago", "Tomás"],
        family: &["Almeida", "Carvalho", "Duarte", "Ferreira", "Gonçalves", "Magalhães", "Nunes", "Teixeira"],
        streets: &["Avenida da Liberdade", "Largo da Sé", "Rua Augusta", "Rua do Carmo", "Rua das Flores"],
        cities: &[
            city("Lisboa", "1200-###", "+351 21 555 0###"),
            city("Porto", "4000-###", "+351 22 555 0###"),
            city("Coimbra", "3000-###", "+351 239 555 0##"),
        ],
    },
    Country {
        code: "ES",
        shouted: "SPAIN",
        share: 7,
        given: &["Álvaro", "Carmen", "Iker", "Jimena", "Lucía", "Marta", "Nuria", "Pablo", "Raúl", "Sofía"],
        family: &[
            "Castaño",
            "Domínguez",
            "Fuentes",
            "Ibáñez",
            "Muñoz",
            "Ortega",
            "Prieto",
            "Serrano",
            "Vidal",
        ],
        streets: &["Avenida del Puerto", "Calle Mayor", "Calle del Sol", "Paseo de Gracia", "Plaza Nueva"],
        cities: &[
            city("Madrid", "2801#", "+34 915 55 ## ##"),
            city("Barcelona", "0800#", "+34 935 55 ## ##"),
            city("Valencia", "4600#", "+34 963 55 ## ##"),
        ],
    },
    Country {
        code: "IT",
        shouted: "ITALY",
        share: 6,
        given: &[
            "Alessia", "Bruno", "Chiara", "Dario", "Elena", "Giulia", "Marco", "Niccolò", "Pietro", "Sara",
        ],
        family: &["Bianchi", "Colombo", "Conti", "Ferri", "Gallo", "Marchetti", "Moretti", "Ricci", "Villa"],
        streets: &["Corso Garibaldi", "Via Dante", "Via Roma", "Via dei Mille", "Viale Europa"],
        cities: &[
            city("Milano", "2012#", "+39 02 5555 0###"),
            city("Roma", "0018#", "+39 06 5555 0###"),
            city("Torino", "1012#", "+39 011 555 0###"),
        ],
    },
    Country {
        code: "PL",
        shouted: "POLAND",
        share: 5,
        given: &["Agnieszka", "Filip", "Jan", "Kasia", "Łukasz", "Maja", "Paweł", "Wojciech", "Zofia"],
        family: &["Dąbrowski", "Kaczmarek", "Król", "Mazur", "Nowak", "Wójcik", "Zając", "Zieliński"],
        streets: &["Długa", "Kwiatowa", "Lipowa", "Ogrodowa", "Polna", "Słoneczna"],
        cities: &[
            city("Warszawa", "00-1##", "+48 22 555 ## ##"),
            city("Kraków", "30-0##", "+48 12 555 ## ##"),
            city("Gdańsk", "80-2##", "+48 58 555 ## ##"),
        ],
    },
];
