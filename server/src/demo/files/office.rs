//! The smallest DOCX and XLSX that are whole (ECMA-376): a ZIP with the parts each must have.

use std::{
    fmt::Write as _,
    io::{Cursor, Write},
};
use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const CONTENT_TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const MEDIA: &str = "application/vnd.openxmlformats-officedocument";

#[derive(Clone, Debug)]
pub enum Field {
    Text(String),
    Number(u64),
}

/// A Word document: a heading and paragraphs.
pub fn document(title: &str, paragraphs: &[String]) -> Result<Vec<u8>, ZipError> {
    let mut body = format!(
        "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:b/><w:sz w:val=\"36\"/></w:rPr>{}</w:r></w:p>",
        run(title)
    );
    for paragraph in paragraphs {
        // Writing into a String can't fail, here and below.
        let _ = write!(body, "<w:p><w:r>{}</w:r></w:p>", run(paragraph));
    }
    let document = format!(
        "{XML}<w:document xmlns:w=\"{WORD}\"><w:body>{body}<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
         <w:pgMar w:top=\"1440\" w:right=\"1440\" w:bottom=\"1440\" w:left=\"1440\" w:header=\"720\" w:footer=\"720\" w:gutter=\"0\"/>\
         </w:sectPr></w:body></w:document>"
    );
    let types = content_types(&[("/word/document.xml", "wordprocessingml.document.main+xml")]);
    pack(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", relationships(&[("officeDocument", "word/document.xml")])),
        ("word/document.xml", document),
    ])
}

/// A workbook with one sheet. Texts stand in the cells themselves (`inlineStr`, §18.3.1.53).
pub fn sheet(rows: &[Vec<Field>]) -> Result<Vec<u8>, ZipError> {
    let mut data = String::new();
    for (index, row) in rows.iter().enumerate() {
        let number = index + 1;
        let _ = write!(data, "<row r=\"{number}\">");
        for (column, field) in ('A'..='Z').zip(row) {
            let _ = match field {
                Field::Text(text) => {
                    let text = escape(text);
                    write!(data, "<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
                }
                Field::Number(value) => write!(data, "<c r=\"{column}{number}\"><v>{value}</v></c>"),
            };
        }
        data.push_str("</row>");
    }
    let workbook = format!(
        "{XML}<workbook xmlns=\"{SHEET}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let sheet = format!("{XML}<worksheet xmlns=\"{SHEET}\"><sheetData>{data}</sheetData></worksheet>");
    let types = content_types(&[
        ("/xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
        ("/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet+xml"),
    ]);
    pack(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", relationships(&[("officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relationships(&[("worksheet", "worksheets/sheet1.xml")])),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn run(text: &str) -> String {
    format!("<w:t xml:space=\"preserve\">{}</w:t>", escape(text))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn content_types(parts: &[(&str, &str)]) -> String {
    let mut list = String::new();
    for (part, kind) in parts {
        let _ = write!(list, "<Override PartName=\"{part}\" ContentType=\"{MEDIA}.{kind}\"/>");
    }
    format!(
        "{XML}<Types xmlns=\"{CONTENT_TYPES}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{list}</Types>"
    )
}

fn relationships(targets: &[(&str, &str)]) -> String {
    let mut list = String::new();
    for (index, (kind, target)) in targets.iter().enumerate() {
        let _ = write!(
            list,
            "<Relationship Id=\"rId{}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>",
            index + 1
        );
    }
    format!("{XML}<Relationships xmlns=\"{RELATIONSHIPS}\">{list}</Relationships>")
}

/// Stored, not compressed: a few KB, and no compressor's version shows in the bytes.
fn pack(parts: &[(&str, String)]) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, options)?;
        archive.write_all(content.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn part(file: Vec<u8>, name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_document_has_its_parts_and_its_text() {
        let file = document("标题", &["a < b & c".to_owned()]).unwrap();
        assert!(part(file.clone(), "word/document.xml").contains("a &lt; b &amp; c"));
        assert!(part(file.clone(), "[Content_Types].xml").contains("/word/document.xml"));
        assert!(part(file, "_rels/.rels").contains("word/document.xml"));
    }

    #[test]
    fn a_sheet_has_its_parts_and_its_cells() {
        let file = sheet(&[vec![Field::Text("金额".into()), Field::Number(12)], vec![]]).unwrap();
        let data = part(file.clone(), "xl/worksheets/sheet1.xml");
        assert!(data.contains("<t>金额</t>") && data.contains("<c r=\"B1\"><v>12</v></c>"));
        assert!(part(file, "xl/_rels/workbook.xml.rels").contains("worksheets/sheet1.xml"));
    }
}
