// What kinds of file systems there are: which hold data, which are images, which belong to a container, and which the kernel answers for at once.

/** The kernel alone answers, from memory. ZFS waits for a pool that is suspended, cluster file systems for their peers: they are not among these. */
const QUICK = new Set(
  (
    'adfs affs apfs aufs bcachefs befs bfs btrfs cramfs erofs exfat ext2 ext3 ext4 ext4dev f2fs hfs hfsplus hpfs iso9660 jffs jffs2 jfs logfs ' +
    'minix msdos nilfs2 ntfs ntfs3 omfs overlay overlayfs qnx4 qnx6 reiser4 reiserfs romfs simfs squashfs sysv tmpfs tux3 ubifs udf ufs ' +
    'umsdos vfat vxfs xenix xfs xiafs zonefs'
  ).split(' '),
);
/** They hold nothing of their own. */
const PSEUDO = new Set(
  (
    'anon_inodefs autofs bdev binder binfmt_misc bpf cgroup cgroup2 configfs cpuset dax debugfs devfs devpts devtmpfs drm efivarfs fdescfs ' +
    'functionfs fusectl gadgetfs guest_memfd hugetlbfs ibmasmfs infiniband_qib ipathfs iomem linprocfs linsysfs mqueue nfsd none nsfs ' +
    'openpromfs oprofilefs pidfs pipefs proc procfs pstore ramfs resctrl rootfs rpc_pipefs s390_hypfs secretmem securityfs selinuxfs smackfs ' +
    'sockfs spufs subfs sysfs tracefs usbdevfs usbfs xenfs'
  ).split(' '),
);
/** Programs that show what is elsewhere, for one user or one container. */
const PSEUDO_FUSE =
  /^fuse\.(portal|lxcfs|gvfsd-fuse|gvfs-fuse-daemon|vmware-vmblock|revokefs-fuse|xdg-document-portal|kio-fuse|sysboxfs|ltspfs|tracker\S*)$/;
/** Always full: they are written once. */
const IMAGE = new Set('cramfs cramfs_mtd erofs iso9660 romfs squashfs udf'.split(' '));
const IMAGE_FUSE =
  /^fuse\.(\S*appimage\S*|snapfuse|squashfuse(_ll)?|dwarfs|erofsfuse|fuseiso\S*|isofuse|archivemount|fuse-archive|fuse-zip|mount-zip|ratarmount|avfsd|cvmfs2?)$/i;
/** Layers over another file system, whose size they show. */
const STACKED = new Set(['overlay', 'overlayfs', 'aufs', 'shiftfs', 'fuse.fuse-overlayfs', 'fuse.overlayfs']);

/** Where container runtimes and kubelet mount: named by hashes, gone with the container. A disk of their own, such as at /var/lib/docker, is none of these. */
const TRANSIENT_PLACES = [
  /^\/(var\/)?run\/(containerd|containers|crio|docker|k3s|libpod|lxc|podman|runc|credentials|netns|snapd|user\/\d+\/(containers|libpod|netns))\//,
  /\/docker\/(aufs|btrfs|devicemapper|overlay2?|plugins|rootfs|vfs|zfs)\/./,
  /\/containers\/storage\/[^/]+\/./,
  /\/kubelet\/pods\/./,
  /\/(overlay2?|vfs\/dir|mnt|graph)\/[0-9a-f]{32,}(-init)?(\/|$)/,
  /\/(overlay-)?containers\/[0-9a-f]{64}(\/|$)/,
  /\/pods\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}(\/|$)/,
  /\/io\.containerd\.[^/]+\/./,
  /\/(lxd|incus)\/(shmounts|devlxd|guestapi|devices)(\/|$)/,
  /\/nomad\/(.+\/)?alloc\/./,
];

/** Of the file system itself or of a folder below it. */
export function mayNotAnswer(fstype: string): boolean {
  if (fstype === 'autofs' || fstype === 'fuse' || fstype.startsWith('fuse.')) return true;
  return !(QUICK.has(fstype) || PSEUDO.has(fstype));
}

export function isQuickType(fstype: string): boolean {
  return QUICK.has(fstype);
}

export function isPseudoType(fstype: string): boolean {
  return PSEUDO.has(fstype) || PSEUDO_FUSE.test(fstype);
}

export function isImageType(fstype: string, path: string): boolean {
  return IMAGE.has(fstype) || IMAGE_FUSE.test(fstype) || (fstype.startsWith('fuse') && /\/\.mount_[^/]*$/.test(path));
}

export function isStackedType(fstype: string): boolean {
  return STACKED.has(fstype);
}

/** Folders of the system itself that are in memory. */
export function isRuntimePlace(fstype: string, path: string): boolean {
  return fstype === 'tmpfs' && /^\/(run|dev|sys|proc)(\/|$)/.test(path);
}

export function isTransientPlace(path: string): boolean {
  return TRANSIENT_PLACES.some((place) => place.test(path));
}
