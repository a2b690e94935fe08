//! Names in several scripts, each with its spelling in an e-mail.

/// A given or family name and how it is spelt in an e-mail.
pub type Name = (&'static str, &'static str);

/// The names of one language.
#[derive(Debug)]
pub struct Names {
    /// Given names.
    pub given: [Name; 10],
    /// Family names.
    pub family: [Name; 10],
    /// Whether the family name comes first, and without a space.
    pub family_first: bool,
}

/// Half of the people have English names.
pub static ENGLISH: Names = Names {
    given: [
        ("Ada", "ada"),
        ("Grace", "grace"),
        ("Alan", "alan"),
        ("Margaret", "margaret"),
        ("Edward", "edward"),
        ("Anna", "anna"),
        ("Martin", "martin"),
        ("Susan", "susan"),
        ("Oliver", "oliver"),
        ("Joanne", "joanne"),
    ],
    family: [
        ("Lovelace", "lovelace"),
        ("Hopper", "hopper"),
        ("Turing", "turing"),
        ("Hamilton", "hamilton"),
        ("Miller", "miller"),
        ("Smith", "smith"),
        ("Johnson", "johnson"),
        ("Clarke", "clarke"),
        ("Walker", "walker"),
        ("O'Neill", "oneill"),
    ],
    family_first: false,
};

/// The others have one of these.
pub static OTHERS: [Names; 5] = [
    Names {
        given: [
            ("Jürgen", "juergen"),
            ("Käthe", "kaethe"),
            ("Björn", "bjoern"),
            ("Greta", "greta"),
            ("Jörg", "joerg"),
            ("Sabine", "sabine"),
            ("Änne", "aenne"),
            ("Heike", "heike"),
            ("Lutz", "lutz"),
            ("Uwe", "uwe"),
        ],
        family: [
            ("Groß", "gross"),
            ("Müller", "mueller"),
            ("Weiß", "weiss"),
            ("Schröder", "schroeder"),
            ("Jäger", "jaeger"),
            ("Schäfer", "schaefer"),
            ("König", "koenig"),
            ("Krüger", "krueger"),
            ("Vogel", "vogel"),
            ("Böhm", "boehm"),
        ],
        family_first: false,
    },
    Names {
        given: [
            ("Łukasz", "lukasz"),
            ("Żaneta", "zaneta"),
            ("Michał", "michal"),
            ("Bożena", "bozena"),
            ("Paweł", "pawel"),
            ("Agnieszka", "agnieszka"),
            ("Jakub", "jakub"),
            ("Małgorzata", "malgorzata"),
            ("Stanisław", "stanislaw"),
            ("Ewa", "ewa"),
        ],
        family: [
            ("Wójcik", "wojcik"),
            ("Dąbrowska", "dabrowska"),
            ("Śliwiński", "sliwinski"),
            ("Kołodziej", "kolodziej"),
            ("Nowak", "nowak"),
            ("Lewandowski", "lewandowski"),
            ("Zieliński", "zielinski"),
            ("Woźniak", "wozniak"),
            ("Szymański", "szymanski"),
            ("Kaczmarek", "kaczmarek"),
        ],
        family_first: false,
    },
    Names {
        given: [
            ("Ελένη", "eleni"),
            ("Γιώργος", "giorgos"),
            ("Σοφία", "sofia"),
            ("Νίκος", "nikos"),
            ("Άννα", "anna"),
            ("Δημήτρης", "dimitris"),
            ("Μαρία", "maria"),
            ("Κώστας", "kostas"),
            ("Ιωάννα", "ioanna"),
            ("Πέτρος", "petros"),
        ],
        family: [
            ("Παπαδόπουλος", "papadopoulos"),
            ("Οικονόμου", "oikonomou"),
            ("Καραγιάννης", "karagiannis"),
            ("Δημητρίου", "dimitriou"),
            ("Ξένος", "xenos"),
            ("Γεωργίου", "georgiou"),
            ("Νικολαΐδης", "nikolaidis"),
            ("Αγγελόπουλος", "angelopoulos"),
            ("Βλάχος", "vlachos"),
            ("Μακρής", "makris"),
        ],
        family_first: false,
    },
    Names {
        given: [
            ("Анна", "anna"),
            ("Фёдор", "fyodor"),
            ("Ольга", "olga"),
            ("Юрий", "yuri"),
            ("Андрій", "andrii"),
            ("Наталья", "natalya"),
            ("Сергей", "sergey"),
            ("Татьяна", "tatyana"),
            ("Игорь", "igor"),
            ("Елена", "elena"),
        ],
        family: [
            ("Ёлкин", "yolkin"),
            ("Достоевский", "dostoevsky"),
            ("Щербак", "shcherbak"),
            ("Гагарин", "gagarin"),
            ("Шевченко", "shevchenko"),
            ("Кузнецов", "kuznetsov"),
            ("Попов", "popov"),
            ("Соколов", "sokolov"),
            ("Лебедев", "lebedev"),
            ("Морозов", "morozov"),
        ],
        family_first: false,
    },
    Names {
        given: [
            ("小明", "xiaoming"),
            ("丽华", "lihua"),
            ("伟", "wei"),
            ("秀英", "xiuying"),
            ("建国", "jianguo"),
            ("芳", "fang"),
            ("志强", "zhiqiang"),
            ("晓燕", "xiaoyan"),
            ("军", "jun"),
            ("玉兰", "yulan"),
        ],
        family: [
            ("王", "wang"),
            ("李", "li"),
            ("张", "zhang"),
            ("欧阳", "ouyang"),
            ("陈", "chen"),
            ("刘", "liu"),
            ("杨", "yang"),
            ("赵", "zhao"),
            ("黄", "huang"),
            ("周", "zhou"),
        ],
        family_first: true,
    },
];
