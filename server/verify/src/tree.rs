//! The Merkle tree of RFC 6962 §2.1, grown at its right edge.

use crate::{Hash, parallel};
use sha2::{Digest, Sha256};

pub fn leaf_hash(content: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(content).finalize().into()
}

pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// All that is needed of a tree to add to it and to know its root: the roots of the complete subtrees along its
/// right edge, the largest first. Their sizes are the powers of two that make up `size`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(0, leaf);
    }

    /// A complete subtree of 2^`level` leaves; the size must be a multiple of that.
    fn push_subtree(&mut self, level: u32, root: Hash) {
        let mut root = root;
        let mut bit = level;
        while self.size >> bit & 1 == 1
            && let Some(left) = self.roots.pop()
        {
            root = node_hash(&left, &root);
            bit += 1;
        }
        self.roots.push(root);
        self.size += 1 << level;
    }

    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
            None => Sha256::digest([]).into(),
        }
    }

    /// The roots one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// None: these are not the roots of a tree of this size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (roots, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && roots.len() == size.count_ones() as usize;
        fits.then(|| Self { size, roots: roots.to_vec() })
    }
}

/// Subtrees of so many leaves are computed side by side: few, so that checkpoints close to each other can use them.
const BLOCK_LEVEL: u32 = 5;
const BLOCK: usize = 1 << BLOCK_LEVEL;

/// The tree over the first so many leaves, for each of these sizes: ascending, none above the number of leaves.
pub fn growth(leaves: &[Hash], sizes: &[u64]) -> Vec<Frontier> {
    let (blocks, _) = leaves.as_chunks::<BLOCK>();
    let blocks = parallel::map(blocks, |blocks| blocks.iter().map(|block| block_root(block)).collect());
    let mut tree = Frontier::default();
    let mut place = 0;
    let mut grown = Vec::with_capacity(sizes.len());
    for size in sizes {
        let size = usize::try_from(*size).map_or(leaves.len(), |size| size.min(leaves.len()));
        while place < size {
            match blocks.get(place / BLOCK) {
                Some(root) if place % BLOCK == 0 && size - place >= BLOCK => {
                    tree.push_subtree(BLOCK_LEVEL, *root);
                    place += BLOCK;
                }
                _ => {
                    tree.push(leaves[place]);
                    place += 1;
                }
            }
        }
        grown.push(tree.clone());
    }
    grown
}

fn block_root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{hex, unhex};
    use ct_merkle::mem_backed_tree::MemoryBackedTree;

    /// The inputs and roots that the Certificate Transparency project tests its own trees with.
    const INPUTS: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn bytes(digits: &str) -> Vec<u8> {
        digits
            .as_bytes()
            .chunks(2)
            .map(|pair| unhex::<1>(str::from_utf8(pair).unwrap()).unwrap()[0])
            .collect()
    }

    #[test]
    fn known_inputs_give_known_roots() {
        let mut tree = Frontier::default();
        assert_eq!(hex(&tree.root()), ROOTS[0]);
        for (input, root) in INPUTS.iter().zip(&ROOTS[1..]) {
            tree.push(leaf_hash(&bytes(input)));
            assert_eq!(hex(&tree.root()), *root);
        }
    }

    #[test]
    fn another_hands_tree_has_the_same_roots() {
        let mut theirs = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
        let mut ours = Frontier::default();
        for n in 0..300_u32 {
            theirs.push(n.to_be_bytes().to_vec());
            ours.push(leaf_hash(&n.to_be_bytes()));
            assert_eq!(ours.root().as_slice(), theirs.root().as_bytes().as_slice(), "{n}");
            assert_eq!(Frontier::from_bytes(ours.size(), &ours.to_bytes()), Some(ours.clone()));
        }
        assert_eq!(Frontier::from_bytes(299, &ours.to_bytes()), None);
        assert_eq!(Frontier::from_bytes(300, &ours.to_bytes()[1..]), None);
    }

    #[test]
    fn whole_blocks_give_what_single_leaves_give() {
        let leaves: Vec<Hash> = (0..5000_u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let sizes = [0, 1, 31, 32, 33, 1023, 2048, 4500, 4500, 5000];
        let mut tree = Frontier::default();
        let mut one_by_one = vec![tree.clone()];
        for leaf in &leaves {
            tree.push(*leaf);
            one_by_one.push(tree.clone());
        }
        for (size, grown) in sizes.into_iter().zip(growth(&leaves, &sizes)) {
            assert_eq!(grown, one_by_one[usize::try_from(size).unwrap()], "{size}");
        }
    }
}
