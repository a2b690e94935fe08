//! The demo users: always the same, with names in many scripts.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The claims of an identity provider about a user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Claims {
    pub identity: String,
    pub full_name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub attributes: Map<String, Value>,
}

/// The roles of the users with fixed names.
pub(super) const FIXED_ROLES: [&str; 4] = ["account_owner", "system_admin", "supervisor", "agent"];

const FIXED: [(&str, &str, &str); 4] = [
    ("owner@example.com", "Olivia Owner", "admin"),
    ("admin@example.com", "Adam Admin", "admin"),
    ("supervisor@example.com", "Susan Supervisor", "supervisor"),
    ("agent@example.com", "Anna Agent", "agent"),
];

/// Family and given names of one language, and whether the family name comes first.
struct Names {
    given: [&'static str; 5],
    family: [&'static str; 5],
    family_first: bool,
    between: &'static str,
}

const fn western(given: [&'static str; 5], family: [&'static str; 5]) -> Names {
    Names { given, family, family_first: false, between: " " }
}

const fn eastern(given: [&'static str; 5], family: [&'static str; 5], between: &'static str) -> Names {
    Names { given, family, family_first: true, between }
}

static LANGUAGES: [Names; 20] = [
    western(["Ada", "Grace", "Alan", "Margaret", "Edsger"], ["Lovelace", "Hopper", "Turing", "Hamilton", "Dijkstra"]),
    western(["José", "María", "Íñigo", "Begoña", "Raúl"], ["Muñoz", "García", "Núñez", "Peña", "Ibáñez"]),
    western(["Zoë", "François", "Chloé", "Élodie", "Gaël"], ["Lefèvre", "Brûlé", "Garçon", "Noël", "Œuvrard"]),
    western(["Jürgen", "Käthe", "Björn", "Greta", "Jörg"], ["Groß", "Müller", "Weiß", "Schröder", "Jäger"]),
    western(
        ["Łukasz", "Żaneta", "Świętosława", "Michał", "Bożena"],
        ["Wójcik", "Dąbrowska", "Źrebiec", "Śliwiński", "Kołodziej"],
    ),
    western(["Jiří", "Božena", "Řehoř", "Věra", "Ondřej"], ["Dvořák", "Němcová", "Čapek", "Růžička", "Šťastný"]),
    western(["Çağla", "Ömer", "İpek", "Gülşen", "Işıl"], ["Yıldız", "Öztürk", "Şahin", "Çelik", "Güneş"]),
    western(
        ["Søren", "Åse", "Bjørk", "Þóra", "Ægir"],
        ["Kierkegaard", "Ångström", "Jónsdóttir", "Øster", "Guðmundsson"],
    ),
    eastern(["Văn An", "Thị Hương", "Minh Đức", "Ngọc Ánh", "Quốc Bảo"], ["Nguyễn", "Trần", "Lê", "Phạm", "Đặng"], " "),
    western(
        ["Ελένη", "Γιώργος", "Σοφία", "Νίκος", "Άννα"],
        ["Παπαδόπουλος", "Οικονόμου", "Καραγιάννης", "Δημητρίου", "Ξένος"],
    ),
    western(
        ["Анна", "Фёдор", "Ольга", "Юрий", "Андрій"],
        ["Ёлкина", "Достоевский", "Щербакова", "Гагарин", "Шевченко"],
    ),
    western(["فاطمة", "محمد", "ليلى", "يوسف", "زينب"], ["الزهراء", "الخوارزمي", "حداد", "منصور", "القاسم"]),
    western(["נועה", "דוד", "יעל", "אברהם", "שרה"], ["כהן", "לוי", "מזרחי", "פרץ", "ביטון"]),
    western(["आरती", "राजेश", "प्रिया", "विक्रम", "सुनीता"], ["शर्मा", "पटेल", "गुप्ता", "सिंह", "जोशी"]),
    western(["สมชาย", "สมหญิง", "กมล", "ณัฐพล", "พรทิพย์"], ["ใจดี", "ศรีสุข", "รักไทย", "ทองคำ", "วงศ์สวัสดิ์"]),
    eastern(["小明", "丽华", "伟", "秀英", "建国"], ["王", "李", "张", "欧阳", "陈"], ""),
    eastern(["花子", "太郎", "さくら", "健一", "ユリ"], ["山田", "佐藤", "鈴木", "高橋", "渡辺"], " "),
    eastern(["민수", "지은", "서연", "현우", "하늘"], ["김", "이", "박", "최", "황보"], ""),
    western(
        ["ნინო", "გიორგი", "თამარ", "ლევან", "ქეთევან"],
        ["ბერიძე", "კაპანაძე", "გელაშვილი", "მაისურაძე", "ლომიძե"],
    ),
    western(
        ["Անի", "Արամ", "Նարե", "Տիգրան", "Լուսինե"],
        ["Պետրոսյան", "Հակոբյան", "Սարգսյան", "Գրիգորյան", "Մկրտչյան"],
    ),
];

const SKILLS: [&str; 8] = ["English", "French", "German", "Spanish", "Billing", "Support", "Sales", "Onboarding"];

/// The user with this number; the first four have fixed names.
pub(super) fn claims(n: usize) -> Claims {
    match FIXED.get(n) {
        Some((identity, full_name, role)) => Claims {
            identity: (*identity).to_owned(),
            full_name: (*full_name).to_owned(),
            email: (*identity).to_owned(),
            roles: vec![(*role).to_owned()],
            attributes: Map::new(),
        },
        None => generated(n),
    }
}

fn generated(n: usize) -> Claims {
    let identity = format!("person{n:04}@example.com");
    let role = role(n);
    Claims {
        full_name: name(n),
        email: identity.clone(),
        identity,
        roles: vec![role.to_owned()],
        attributes: if role == "agent" { routing(n) } else { Map::new() },
    }
}

/// One admin in fifty, one supervisor in ten.
fn role(n: usize) -> &'static str {
    match n {
        n if n % 50 == 7 => "admin",
        n if n % 10 == 5 => "supervisor",
        _ => "agent",
    }
}

fn name(n: usize) -> String {
    let names = &LANGUAGES[n % LANGUAGES.len()];
    let turn = n / LANGUAGES.len();
    let given = names.given[turn % names.given.len()];
    let family = names.family[(turn / names.given.len() + turn) % names.family.len()];
    if names.family_first {
        format!("{family}{}{given}", names.between)
    } else {
        format!("{given}{}{family}", names.between)
    }
}

/// Two agents in three have skills, some of them with levels.
fn routing(n: usize) -> Map<String, Value> {
    if n.is_multiple_of(3) {
        return Map::new();
    }
    let skills: Vec<&str> = (0..=n % 3).map(|k| SKILLS[(n + 3 * k) % SKILLS.len()]).collect();
    let levels: Map<String, Value> = skills
        .iter()
        .enumerate()
        .filter(|(k, _)| (n + k).is_multiple_of(2))
        .map(|(k, skill)| ((*skill).to_owned(), json!((n * 7 + k * 13) % 100 + 1)))
        .collect();
    Map::from_iter([("routing".to_owned(), json!({"skills": skills, "levels": levels}))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_first_four_have_fixed_names() {
        assert_eq!(claims(0).identity, "owner@example.com");
        assert_eq!(claims(0).roles, ["admin"]);
        assert_eq!(claims(3).roles, ["agent"]);
    }

    #[test]
    fn every_user_is_a_different_one() {
        let identities: BTreeSet<String> = (0..500).map(|n| claims(n).identity).collect();
        assert_eq!(identities.len(), 500);
    }

    #[test]
    fn names_are_in_many_scripts_and_always_the_same() {
        let names: BTreeSet<String> = (4..504).map(|n| claims(n).full_name).collect();
        let all: String = names.iter().cloned().collect();
        for letter in ['ł', 'ễ', 'Γ', 'Ё', 'م', 'כ', 'श', 'ส', '王', 'さ', '김', 'ნ', 'Պ'] {
            assert!(all.contains(letter), "{letter}");
        }
        assert!(names.len() > 90, "only {} different names", names.len());
        assert_eq!(claims(123), claims(123));
    }

    #[test]
    fn most_are_agents_and_a_level_belongs_to_a_skill() {
        let users: Vec<Claims> = (4..204).map(claims).collect();
        let agents = users.iter().filter(|p| p.roles == ["agent"]).count();
        assert!((150..200).contains(&agents), "{agents}");
        for user in users {
            let Some(routing) = user.attributes.get("routing") else { continue };
            let skills: Vec<&str> =
                routing["skills"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            for (skill, level) in routing["levels"].as_object().into_iter().flatten() {
                assert!(skills.contains(&skill.as_str()), "{skill}");
                assert!((1..=100).contains(&level.as_i64().unwrap_or_default()), "{level}");
            }
        }
    }
}
