//! The schema is compiled in: a changed migration is a changed program. Each file `NNNN_name.sql` becomes its number,
//! its name and its text.
//!
//! sqlx has a macro for this, which would compile both database drivers a second time, for the compiler.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../migrations");
    let mut code = String::new();
    for database in ["sqlite", "postgres"] {
        let folder = Path::new("../../migrations").join(database).canonicalize()?;
        let mut files =
            fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        files.sort();
        write!(code, "pub(crate) const {}: &[(i64, &str, &str)] = &[", database.to_uppercase())?;
        for file in files {
            let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let (number, name) = stem.split_once('_').ok_or_else(|| format!("{stem}: not NNNN_name"))?;
            let (number, name) = (number.parse::<i64>()?, name.replace('_', " "));
            // The text itself: a checkout may move, and its build with it.
            write!(code, "({number}, {name:?}, {:?}),", fs::read_to_string(file)?)?;
        }
        code.push_str("];\n");
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("migrations.rs"), code)?;
    Ok(())
}
