//! The Merkle tree of RFC 6962: its root, and proofs that a leaf is in it and that a smaller tree is its beginning.
//! Pure: whoever has the hashes of complete subtrees hands them in.

use super::{Hash, node};
use crate::error::Result;

/// Where the hashes of complete subtrees come from: that of leaves `index << level` and the `1 << level` after it.
pub trait Nodes {
    /// The hash.
    fn node(&self, level: u32, index: u64) -> Result<Hash>;
}

/// All leaves at hand.
impl Nodes for &[Hash] {
    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        let (from, count) = ((index << level) as usize, 1 << level);
        Ok(self.get(from..from + count).map(root).unwrap_or_default())
    }
}

/// The root over leaves; that of none is the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty(),
        [one] => *one,
        more => {
            let (left, right) = more.split_at(split(more.len() as u64) as usize);
            node(root(left), root(right))
        }
    }
}

/// The root of a tree without leaves.
pub fn empty() -> Hash {
    use sha2::{Digest as _, Sha256};
    Hash(Sha256::digest([]).into())
}

/// The largest power of two below a number above one.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// The root over the leaves from `lo` to `hi`, a part of a tree.
pub fn over(nodes: &impl Nodes, lo: u64, hi: u64) -> Result<Hash> {
    let count = hi - lo;
    if count == 0 {
        return Ok(empty());
    }
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return nodes.node(level, lo >> level);
    }
    let middle = lo + split(count);
    Ok(node(over(nodes, lo, middle)?, over(nodes, middle, hi)?))
}

/// The proof that leaf `index` is in the tree of that size: hashes from the leaf up.
pub fn inclusion(nodes: &impl Nodes, index: u64, size: u64) -> Result<Vec<Hash>> {
    let (mut lo, mut hi, mut path) = (0, size, Vec::new());
    while hi - lo > 1 {
        let middle = lo + split(hi - lo);
        if index < middle {
            path.push(over(nodes, middle, hi)?);
            hi = middle;
        } else {
            path.push(over(nodes, lo, middle)?);
            lo = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The root that a leaf and its proof lead to; nothing when the proof is not of that place and size.
pub fn led_to(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    // From the root down: on which side the rest stands.
    let (mut lo, mut hi, mut sides) = (0, size, Vec::new());
    if index >= size {
        return None;
    }
    while hi - lo > 1 {
        let middle = lo + split(hi - lo);
        let is_left = index < middle;
        sides.push(is_left);
        if is_left { hi = middle } else { lo = middle }
    }
    if sides.len() != proof.len() {
        return None;
    }
    let up = sides.iter().rev().zip(proof);
    Some(
        up.fold(
            leaf,
            |hash, (is_left, other)| if *is_left { node(hash, *other) } else { node(*other, hash) },
        ),
    )
}

/// The proof that the tree of size `old` is the beginning of that of size `new` (RFC 6962, 2.1.2).
pub fn consistency(nodes: &impl Nodes, old: u64, new: u64) -> Result<Vec<Hash>> {
    if old == 0 || old >= new {
        return Ok(Vec::new());
    }
    let (mut lo, mut hi, mut path, mut is_whole) = (0, new, Vec::new(), true);
    // The old tree ends inside lo..hi until it ends with it.
    while old != hi {
        let middle = lo + split(hi - lo);
        if old <= middle {
            path.push(over(nodes, middle, hi)?);
            hi = middle;
        } else {
            path.push(over(nodes, lo, middle)?);
            lo = middle;
            is_whole = false;
        }
    }
    if !is_whole {
        path.push(over(nodes, lo, hi)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether a proof shows that the old tree is the beginning of the new one.
pub fn is_consistent((old, old_root): (u64, Hash), (new, new_root): (u64, Hash), proof: &[Hash]) -> bool {
    if old == new {
        return old_root == new_root && proof.is_empty();
    }
    if old == 0 || old > new {
        return old == 0 && proof.is_empty();
    }
    let (mut lo, mut hi, mut sides) = (0, new, Vec::new());
    while old != hi {
        let middle = lo + split(hi - lo);
        let is_left = old <= middle;
        sides.push(is_left);
        if is_left { hi = middle } else { lo = middle }
    }
    let mut proof = proof.iter().copied();
    // When the old tree is one complete subtree of the new one, its root is known and not in the proof.
    let first = if sides.iter().all(|is_left| *is_left) { Some(old_root) } else { proof.next() };
    let Some(first) = first else { return false };
    let (mut before, mut after) = (first, first);
    for is_left in sides.iter().rev() {
        let Some(other) = proof.next() else { return false };
        if *is_left {
            after = node(after, other);
        } else {
            (before, after) = (node(other, before), node(other, after));
        }
    }
    proof.next().is_none() && before == old_root && after == new_root
}

#[cfg(test)]
mod tests {
    use super::super::leaf;
    use super::*;

    fn hex(hash: Hash) -> String {
        hash.to_string()
    }

    /// The leaves and roots of the reference tests of Certificate Transparency.
    #[test]
    fn roots_of_certificate_transparency() {
        let data: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves: Vec<Hash> = data.iter().map(|data| leaf(data)).collect();
        assert_eq!(hex(empty()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(
            hex(root(&leaves[..1])),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            hex(root(&leaves[..3])),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
        );
        assert_eq!(hex(root(&leaves)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    #[test]
    fn every_proof_of_every_small_tree_holds_and_no_other() {
        let leaves: Vec<Hash> = (0..40_u8).map(|n| leaf(&[n])).collect();
        for size in 1..=40_u64 {
            let all = &leaves[..size as usize];
            let whole = root(all);
            assert_eq!(over(&all, 0, size).unwrap(), whole);
            for index in 0..size {
                let proof = inclusion(&all, index, size).unwrap();
                let at = leaves[index as usize];
                assert_eq!(led_to(at, index, size, &proof), Some(whole), "{index} of {size}");
                assert_ne!(led_to(leaf(b"x"), index, size, &proof), Some(whole));
                assert_ne!(led_to(at, (index + 1) % size, size, &proof), Some(whole).filter(|_| size > 1));
            }
            for old in 0..=size {
                let before = root(&leaves[..old as usize]);
                let proof = consistency(&all, old, size).unwrap();
                assert!(is_consistent((old, before), (size, whole), &proof), "{old} to {size}");
                assert!(old == 0 || !is_consistent((old, leaf(b"x")), (size, whole), &proof));
                assert!(old == 0 || !is_consistent((old, before), (size, leaf(b"x")), &proof));
            }
        }
    }
}
