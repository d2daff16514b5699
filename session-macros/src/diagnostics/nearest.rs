//! What an author meant who wrote a word that does not exist.

/// The candidate nearest to `word`, when it is near enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may be wrong: `maxage` is `max_age`, but `ttl` is not `all`.
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters to insert, remove, replace or swap with their neighbour (Damerau), case aside.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let removed = at(&last, column + 1) + 1;
            let inserted = at(&current, column) + 1;
            let replaced = at(&last, column) + usize::from(letter != other);
            let mut cheapest = removed.min(inserted).min(replaced);
            let swapped = row.checked_sub(1).and_then(|index| left.get(index)) == Some(other)
                && column.checked_sub(1).and_then(|index| right.get(index)) == Some(letter);
            if swapped {
                cheapest = cheapest.min(at(&before_last, column.saturating_sub(1)) + 1);
            }
            current.push(cheapest);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

/// The value in a column; far away outside of the row.
fn at(row: &[usize], column: usize) -> usize {
    row.get(column).copied().unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_inserted_removed_replaced_and_swapped() {
        assert_eq!(distance("max_age", "max_age"), 0);
        assert_eq!(distance("maxage", "max_age"), 1);
        assert_eq!(distance("slidign", "sliding"), 1);
        assert_eq!(distance("laks", "lax"), 2);
        assert_eq!(distance("", "lax"), 3);
    }

    #[test]
    fn what_is_too_far_away_is_not_suggested() {
        assert_eq!(nearest("requird", ["required", "optional"]), Some("required"));
        assert_eq!(nearest("ttl", ["all", "any", "not"]), None);
        assert_eq!(nearest("", ["all"]), None);
    }
}
