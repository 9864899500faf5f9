import { expect, test } from 'vitest';
import { parseMountInfo, parseMounts } from './mounts.ts';

const lines = (...all: string[]): Buffer => Buffer.from(all.map((line) => `${line}\n`).join(''));
const shown = (mounts: { mount: string }[]): string[] => mounts.map(({ mount }) => mount);

const INFO = [
  '22 96 0:21 / /proc rw - proc proc rw',
  '96 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw',
  '100 96 0:40 / /over rw - tmpfs lower rw',
  '101 100 0:41 / /over/deep rw - tmpfs hidden rw',
  '102 100 0:42 / /over rw - tmpfs cover rw',
  '103 96 8:1 /srv/data /srv/bind rw - ext4 /dev/sda1 rw',
  '104 96 0:50 / /etc/pve rw - fuse /dev/fuse rw',
  '105 96 0:51 / /mnt/pool rw - fuse /dev/fuse rw',
  '106 105 0:52 / /mnt/pool/cache rw - tmpfs cache rw',
  '107 96 0:53 / /media/image rw - ext4 /dev/sdz1 ro',
];

test('a mount that another one covers is none, nor what lies below it', () => {
  expect(shown(parseMountInfo(lines(...INFO)))).toEqual(['/', '/over', '/etc/pve', '/mnt/pool', '/mnt/pool/cache', '/media/image']);
  expect(parseMountInfo(lines(...INFO)).find(({ mount }) => mount === '/over')?.device).toBe('cover');
  const older = ['/dev/sda1 / ext4 rw', 'hidden /over/deep tmpfs rw', 'lower /over tmpfs rw', 'x /overt tmpfs rw', 'cover /over tmpfs rw'];
  expect(shown(parseMounts(lines(...older)))).toEqual(['/', '/overt', '/over']);
});

test('what an initial RAM disk mounted before the root is there all the same', () => {
  const early = ['/dev/sdb1 /usr xfs rw', 'rootfs / rootfs rw', '/dev/sda1 / ext4 rw'];
  expect(shown(parseMounts(lines(...early)))).toEqual(['/usr', '/']);
  const moved = ['30 96 8:17 / /usr rw - xfs /dev/sdb1 rw', '1 1 0:1 / / rw - rootfs rootfs rw', '96 1 8:1 / / rw - ext4 /dev/sda1 rw'];
  expect(shown(parseMountInfo(lines(...moved)))).toEqual(['/usr', '/']);
});

test('below a file system that may not answer nothing is asked by the agent itself, not below an automounter either', () => {
  const remote = (mounts: ReturnType<typeof parseMounts>): string[] => shown(mounts.filter((one) => one.remote));
  expect(remote(parseMountInfo(lines(...INFO)))).toEqual(['/etc/pve', '/mnt/pool', '/mnt/pool/cache']);
  const auto = ['/dev/sda1 / ext4 rw', 'auto.net /net autofs rw', '/dev/sdb1 /net/disk ext4 rw', 'portal /home/x/doc fuse.portal rw'];
  expect(remote(parseMounts(lines(...auto, 't /home/x/doc/y tmpfs rw')))).toEqual(['/net/disk', '/home/x/doc/y']);
  expect(remote(parseMounts(lines('root / virtiofs rw', 't /tmp tmpfs rw')))).toEqual(['/', '/tmp']);
});

test.each(['ocfs2', 'gfs2', 'zfs', 'nfs4', 'cifs', '9p', 'fuse.sshfs', 'fuseblk', 'vboxsf', 'made-next-year'])(
  '%s is asked aside',
  (fstype) => {
    expect(parseMounts(lines(`source /srv ${fstype} rw`))).toMatchObject([{ mount: '/srv', remote: true }]);
  },
);

test.each(['simfs', 'msdos', 'ext4', 'jffs2', 'hfs'])('%s is local', (fstype) => {
  expect(parseMounts(lines(`/dev/x /srv ${fstype} rw`))).toMatchObject([{ mount: '/srv', remote: false }]);
});

test.each([
  'snapfuse /snap/core/1 fuse.snapfuse ro',
  '/dev/loop1 /snap/core/2 squashfs ro',
  '/dev/sr0 /media/cdrom iso9660 ro',
  'Tool.AppImage /tmp/.mount_ToolAB fuse.Tool.AppImage ro',
  'jetbrains-toolbox /tmp/.mount_jetbraXX fuse.jetbrains-toolbox ro',
  'portal /run/user/1000/doc fuse.portal rw',
  'gvfsd-fuse /run/user/1000/gvfs fuse.gvfsd-fuse rw',
  'lxcfs /var/lib/lxcfs fuse.lxcfs rw',
  'tmpfs /run/lock tmpfs rw',
])('no data of this machine: %s', (line) => {
  expect(parseMounts(lines(line), { transient: true })).toEqual([]);
});

const ID = 'ab'.repeat(32);

test.each([
  `overlay /var/lib/docker/overlay2/${ID}/merged overlay rw`,
  `overlay /data/docker/overlay2/${ID}/merged overlay rw`,
  `shm /data/containers/${ID}/mounts/shm tmpfs rw`,
  `shm /var/lib/containers/storage/overlay-containers/${ID}/userdata/shm tmpfs rw`,
  'tmpfs /var/lib/kubelet/pods/11111111-2222-3333-4444-555555555555/volumes/kubernetes.io~projected/t tmpfs rw',
  '/dev/rbd0 /var/lib/kubelet/pods/11111111-2222-3333-4444-555555555555/volumes/kubernetes.io~csi/pvc-1/mount ext4 rw',
  'overlay /run/containerd/io.containerd.runtime.v2.task/k8s.io/x/rootfs overlay rw',
  `fuse-overlayfs /home/ada/.local/share/containers/storage/overlay/${ID}/merged fuse.fuse-overlayfs rw`,
])('comes and goes with a container: %s', (line) => {
  expect(parseMounts(lines(line))).toEqual([]);
  expect(parseMounts(lines(line), { transient: true })).toHaveLength(1);
});

test.each([
  'overlay / overlay rw',
  '/dev/sdb1 /var/lib/docker xfs rw',
  '/dev/sdb1 /var/lib/docker/volumes xfs rw',
  '/dev/sdb1 /var/lib/rancher/k3s ext4 rw',
  '/dev/sdb1 /var/lib/containers/storage xfs rw',
  '/dev/rbd0 /var/lib/kubelet/plugins/kubernetes.io/csi/driver/5c/globalmount ext4 rw',
  '/dev/sdc1 /run/media/ada/stick vfat rw',
])('stays: %s', (line) => {
  expect(parseMounts(lines(line))).toHaveLength(1);
});

test('a name that is no UTF-8 keeps its bytes for the kernel, and is shown with them', () => {
  const bytes = Buffer.concat([Buffer.from('/dev/sdb1 /srv/caf'), Buffer.from([0xe9]), Buffer.from(' ext4 rw\n')]);
  expect(parseMounts(bytes)).toMatchObject([{ mount: '/srv/caf\\xE9', path: '/srv/caf\u00e9' }]);
  expect(parseMounts(Buffer.from('/dev/sdb1 /srv/caf\u00e9\\040\\011\\012\\134\\043 ext4 rw\n'))).toMatchObject([
    { mount: '/srv/caf\u00e9 \t\n\\#' },
  ]);
});

test.each([
  ['rw', 'rw', false],
  ['ro', 'rw', true],
  ['rw', 'ro', true],
  ['ro', 'ro', true],
  ['rw,ro,noatime', 'rw', true],
  ['rw,errors=remount-ro', 'rw', false],
])('a mount of %s on a file system of %s is read-only: %s', (mount, filesystem, readOnly) => {
  expect(parseMountInfo(lines(`96 1 8:1 / / ${mount} - ext4 /dev/sda1 ${filesystem}`))).toMatchObject([{ readOnly }]);
});

test('by the older table a mount is read-only as its options say', () => {
  expect(parseMounts(lines('/dev/sda1 / ext4 ro,relatime', '/dev/sdb1 /srv ext4 rw'))).toMatchObject([
    { readOnly: true },
    { readOnly: false },
  ]);
});
