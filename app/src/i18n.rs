//! The sentences of both languages. `fl!(text, "key", name = value)` is checked when compiling.
//!
//! Pages and mails use it; the browser gets sentences as props and never a catalogue.

use i18n_embed::{I18nAssets, LanguageLoader, fluent::FluentLanguageLoader};
use shared::Language;
use std::{borrow::Cow, ops::Deref, sync::LazyLock};

pub use i18n_embed_fl::fl;

/// The catalogue of one language, handed to whatever writes sentences.
#[derive(Clone, Copy)]
pub struct Text {
    pub language: Language,
    loader: &'static FluentLanguageLoader,
}

impl Text {
    pub fn of(language: Language) -> Self {
        let loader: &'static FluentLanguageLoader = match language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        };
        Self { language, loader }
    }
}

impl Deref for Text {
    type Target = FluentLanguageLoader;

    fn deref(&self) -> &FluentLanguageLoader {
        self.loader
    }
}

static CHINESE: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(Language::Chinese));
static ENGLISH: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(Language::English));

/// Each language stands alone: a missing sentence shows as missing, a test finds it first.
fn load(language: Language) -> FluentLanguageLoader {
    let tag: unic_langid::LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let loader = FluentLanguageLoader::new("app", tag.clone());
    if let Err(error) = loader.load_languages(&Built, &[tag]) {
        tracing::error!(%error, "the catalogue can't be read");
    }
    // Isolation marks would end up in names, addresses and subjects that people copy.
    loader.set_use_isolating(false);
    loader
}

/// What build.rs joined, compiled in.
struct Built;

const FILES: [(&str, &str); 2] = [
    ("zh-CN/app.ftl", include_str!("../locales/.built/zh-CN/app.ftl")),
    ("en/app.ftl", include_str!("../locales/.built/en/app.ftl")),
];

impl I18nAssets for Built {
    fn get_files(&self, file_path: &str) -> Vec<Cow<'_, [u8]>> {
        FILES
            .iter()
            .filter(|(path, _)| *path == file_path)
            .map(|(_, text)| Cow::Borrowed(text.as_bytes()))
            .collect()
    }

    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        Box::new(FILES.iter().map(|(path, _)| (*path).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    };

    /// Key → the variables its sentence uses.
    fn sentences(catalogue: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in catalogue.lines().filter(|line| !line.starts_with('#')) {
            let starts = line.starts_with(|c: char| c.is_ascii_alphabetic());
            if let Some((name, _)) = line.split_once('=').filter(|_| starts) {
                key = name.trim().to_owned();
                assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{key} is there twice");
            }
            for variable in line.split('$').skip(1) {
                let name: String =
                    variable.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                found.entry(key.clone()).or_default().insert(name);
            }
        }
        found
    }

    #[test]
    fn both_languages_say_the_same_things_with_the_same_variables() {
        let [chinese, english] = FILES.map(|(_, text)| sentences(text));
        let keys = |catalogue: &BTreeMap<String, _>| catalogue.keys().cloned().collect::<BTreeSet<_>>();
        let (zh, en) = (keys(&chinese), keys(&english));
        assert_eq!(zh.difference(&en).collect::<Vec<_>>(), Vec::<&String>::new(), "only in zh-CN");
        assert_eq!(en.difference(&zh).collect::<Vec<_>>(), Vec::<&String>::new(), "only in en");
        for (key, variables) in &english {
            assert_eq!(Some(variables), chinese.get(key), "variables of {key}");
        }
    }

    #[test]
    fn the_parser_understood_every_sentence() {
        for language in Language::ALL {
            let text = Text::of(language);
            let (_, catalogue) = FILES[usize::from(language == Language::English)];
            for key in sentences(catalogue).keys() {
                assert!(text.has(key), "{key} in {}", language.tag());
            }
        }
    }

    /// Keys stand in the code as they are, never put together: what isn't found there is never said.
    #[test]
    fn every_sentence_is_said_somewhere() {
        let mut code = String::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let all = sentences(FILES[0].1);
        let unsaid: Vec<&String> = all.keys().filter(|key| !code.contains(&format!("\"{key}\""))).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }

    /// The code of a folder without its tests.
    fn read(folder: &Path, code: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, code);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                code.push_str(text.split("#[cfg(test)]\nmod tests {").next().unwrap());
            }
        }
    }

    #[test]
    fn names_come_out_without_isolation_marks() {
        let sentence = fl!(Text::of(Language::English), "frame-signed-in-as", name = "Mei");
        assert!(sentence.contains("Mei") && !sentence.contains('\u{2068}'), "{sentence:?}");
    }
}
