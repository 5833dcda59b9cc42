//! A form as it stands in a page: filled through its own controls only, sent as a browser would send it
//! (HTML Living Standard, 4.10.22).

use anyhow::{Context as _, Result, bail};
use reqwest::multipart;
use scraper::{ElementRef, Html, Selector};

#[derive(Clone, Debug)]
pub struct Form {
    action: String,
    method: String,
    enctype: String,
    controls: Vec<Control>,
}

#[derive(Clone, Debug)]
struct Control {
    name: String,
    value: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Hidden fields and texts: always sent.
    Text {
        hidden: bool,
    },
    /// Checkboxes, radio buttons and options: sent when on.
    Choice {
        on: bool,
        alone: bool,
    },
    /// Sent when it is the one pressed.
    Button {
        pressed: bool,
    },
    File(Vec<Attached>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl Form {
    pub fn all(html: &str) -> Vec<Self> {
        let html = Html::parse_document(html);
        let Ok(forms) = Selector::parse("form") else { return Vec::new() };
        html.select(&forms).map(|form| Self::read(&html, form)).collect()
    }

    fn read(html: &Html, form: ElementRef<'_>) -> Self {
        let mut controls = Vec::new();
        let Ok(inside) = Selector::parse("input, textarea, select, button") else { return Self::empty() };
        form.select(&inside).for_each(|element| control(element, &mut controls));
        // Controls outside can belong to the form by its id.
        let id = form.attr("id").unwrap_or_default();
        if let Ok(outside) = Selector::parse(&format!("[form={id:?}]")).map_err(drop)
            && !id.is_empty()
        {
            html.select(&outside).for_each(|element| control(element, &mut controls));
        }
        let attribute = |name: &str| form.attr(name).unwrap_or_default().to_owned();
        Self {
            action: attribute("action"),
            method: attribute("method").to_ascii_lowercase(),
            enctype: attribute("enctype").to_ascii_lowercase(),
            controls,
        }
    }

    fn empty() -> Self {
        Self { action: String::new(), method: String::new(), enctype: String::new(), controls: Vec::new() }
    }

    pub fn action(&self) -> &str {
        &self.action
    }

    pub fn is_get(&self) -> bool {
        self.method != "post"
    }

    pub fn is_multipart(&self) -> bool {
        self.enctype == "multipart/form-data"
    }

    pub fn has(&self, name: &str) -> bool {
        self.controls.iter().any(|control| control.name == name)
    }

    /// What the field holds now; of choices, the one that is on.
    pub fn value(&self, name: &str) -> Option<&str> {
        let sent = self.controls.iter().filter(|control| control.is_sent());
        sent.filter(|control| control.name == name).map(|control| control.value.as_str()).next()
    }

    /// Of all choices of this name.
    pub fn choices(&self, name: &str) -> Vec<&str> {
        let of_name = self.controls.iter().filter(|control| control.name == name);
        of_name
            .filter(|control| matches!(control.kind, Kind::Choice { .. }))
            .map(|control| control.value.as_str())
            .collect()
    }

    /// Types into a text field. Hidden ones can't be typed into.
    pub fn fill(mut self, name: &str, text: &str) -> Result<Self> {
        let mut fields = self.controls.iter_mut();
        let field =
            fields.find(|control| control.name == name && control.kind == Kind::Text { hidden: false });
        text.clone_into(&mut field.with_context(|| self_missing(name))?.value);
        Ok(self)
    }

    /// Chooses a radio button or option, which turns its siblings off, or ticks a checkbox.
    pub fn choose(mut self, name: &str, value: &str) -> Result<Self> {
        let at = self.choice(name, value)?;
        if matches!(self.controls[at].kind, Kind::Choice { alone: true, .. }) {
            let siblings = self.controls.iter_mut().filter(|control| control.name == name);
            siblings.for_each(|control| control.turn(false));
        }
        self.controls[at].turn(true);
        Ok(self)
    }

    pub fn attach(mut self, name: &str, file: Attached) -> Result<Self> {
        let mut fields = self.controls.iter_mut().filter(|control| control.name == name);
        match fields
            .find_map(|control| if let Kind::File(files) = &mut control.kind { Some(files) } else { None })
        {
            Some(files) => files.push(file),
            None => bail!(self_missing(name)),
        }
        Ok(self)
    }

    /// Presses the button with this name and value.
    pub fn press(mut self, name: &str, value: &str) -> Result<Self> {
        let mut buttons =
            self.controls.iter_mut().filter(|control| control.name == name && control.value == value);
        let button = buttons.find(|control| matches!(control.kind, Kind::Button { .. }));
        button.with_context(|| self_missing(&format!("{name}={value}")))?.kind =
            Kind::Button { pressed: true };
        Ok(self)
    }

    fn choice(&self, name: &str, value: &str) -> Result<usize> {
        let fits = |control: &Control| {
            control.name == name && control.value == value && matches!(control.kind, Kind::Choice { .. })
        };
        self.controls.iter().position(fits).with_context(|| {
            format!("{}; there is {:?}", self_missing(&format!("{name}={value}")), self.choices(name))
        })
    }

    fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        let sent = self.controls.iter().filter(|control| control.is_sent());
        sent.map(|control| (control.name.as_str(), control.value.as_str()))
    }

    pub fn urlencoded(&self) -> String {
        let pairs: Vec<String> =
            self.sent().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.join("&")
    }

    pub fn multipart(self) -> Result<multipart::Form> {
        let mut form = multipart::Form::new();
        for Control { name, value, kind } in self.controls {
            match kind {
                Kind::File(files) if files.is_empty() => {
                    // An untouched file field sends one file without name or content.
                    let empty = multipart::Part::bytes(Vec::new()).file_name("");
                    form = form.part(name, empty.mime_str("application/octet-stream")?);
                }
                Kind::File(files) => {
                    for file in files {
                        let part = multipart::Part::bytes(file.bytes).file_name(file.name);
                        form = form.part(name.clone(), part.mime_str(file.content_type)?);
                    }
                }
                Kind::Text { .. } | Kind::Choice { on: true, .. } | Kind::Button { pressed: true } => {
                    form = form.text(name, value);
                }
                Kind::Choice { .. } | Kind::Button { .. } => {}
            }
        }
        Ok(form)
    }
}

impl Control {
    fn is_sent(&self) -> bool {
        matches!(
            self.kind,
            Kind::Text { .. } | Kind::Choice { on: true, .. } | Kind::Button { pressed: true }
        )
    }

    fn turn(&mut self, to: bool) {
        if let Kind::Choice { on, .. } = &mut self.kind {
            *on = to;
        }
    }
}

fn self_missing(name: &str) -> String {
    format!("the form has no field {name}")
}

fn control(element: ElementRef<'_>, controls: &mut Vec<Control>) {
    let attribute = |name: &str| element.attr(name).unwrap_or_default().to_owned();
    let name = attribute("name");
    if name.is_empty() || element.attr("disabled").is_some() {
        return;
    }
    if element.value().name() == "select" {
        options(element, &name, controls);
        return;
    }
    let kind = attribute("type").to_ascii_lowercase();
    let on = element.attr("checked").is_some();
    let (value, kind) = match (element.value().name(), kind.as_str()) {
        ("textarea", _) => {
            let text = element.text().collect::<String>();
            // The first line end after the tag isn't content; line ends are sent as CRLF.
            let text = text.strip_prefix('\n').unwrap_or(&text).replace('\n', "\r\n");
            (text, Kind::Text { hidden: false })
        }
        ("button", "button" | "reset") | ("input", "button" | "reset" | "image") => return,
        ("button", _) | ("input", "submit") => (attribute("value"), Kind::Button { pressed: false }),
        ("input", "checkbox" | "radio") => {
            let value = element.attr("value").unwrap_or("on").to_owned();
            (value, Kind::Choice { on, alone: kind == "radio" })
        }
        ("input", "file") => (String::new(), Kind::File(Vec::new())),
        (_, kind) => (attribute("value"), Kind::Text { hidden: kind == "hidden" }),
    };
    controls.push(Control { name, value, kind });
}

fn options(select: ElementRef<'_>, name: &str, controls: &mut Vec<Control>) {
    let Ok(options) = Selector::parse("option") else { return };
    let first = controls.len();
    for option in select.select(&options) {
        let text = || option.text().collect::<String>().trim().to_owned();
        let value = option.attr("value").map_or_else(text, str::to_owned);
        let kind = Kind::Choice { on: option.attr("selected").is_some(), alone: true };
        controls.push(Control { name: name.to_owned(), value, kind });
    }
    // Nothing selected: browsers take the first.
    if !controls[first..].iter().any(Control::is_sent)
        && let Some(option) = controls.get_mut(first)
    {
        option.turn(true);
    }
}

/// application/x-www-form-urlencoded (URL Living Standard, 5.2).
fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"
        <form method="post" action="/api/a" id="f">
          <input type="hidden" name="person" value="p&amp;1"><input name="q" value="合同">
          <textarea name="note">
one
two &lt;3</textarea>
          <input type="radio" name="intent" value="recall" checked><input type="radio" name="intent" value="replace">
          <input type="checkbox" name="to" value="a@x" checked><input type="checkbox" name="to" value="b@x">
          <select name="reason"><option value="other">Other<option value="wording" selected>W</select>
          <button>Go</button><button name="act" value="approve">Yes</button><input name="off" value="1" disabled>
        </form><input form="f" name="outer" value="o"><form action="/s"><input name="q"></form>"#;

    fn form() -> Form {
        Form::all(PAGE).remove(0)
    }

    #[test]
    fn an_untouched_form_sends_what_it_shows() {
        let expected = "person=p%261&q=%E5%90%88%E5%90%8C&note=one%0D%0Atwo+%3C3&intent=recall&to=a%40x&reason=wording&outer=o";
        assert_eq!(form().urlencoded(), expected);
        assert!(!form().is_get() && Form::all(PAGE)[1].is_get());
    }

    #[test]
    fn a_form_is_filled_as_people_fill_it() {
        let form =
            form().fill("q", "x").unwrap().choose("intent", "replace").unwrap().choose("to", "b@x").unwrap();
        let form = form.choose("reason", "other").unwrap().press("act", "approve").unwrap();
        let expected = "person=p%261&q=x&note=one%0D%0Atwo+%3C3&intent=replace&to=a%40x&to=b%40x&reason=other&act=approve&outer=o";
        assert_eq!(form.urlencoded(), expected);
        assert_eq!(form.value("intent"), Some("replace"));
    }

    #[test]
    fn what_is_not_there_can_not_be_filled() {
        assert!(form().fill("person", "x").is_err(), "hidden");
        assert!(form().fill("nothing", "x").is_err());
        assert!(form().choose("intent", "nothing").is_err());
        assert!(form().press("act", "refuse").is_err());
    }
}
