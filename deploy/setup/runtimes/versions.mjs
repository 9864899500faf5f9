// Every version and address of what is fetched from outside npm, in one place. Checksums are taken from what the release itself publishes.

/** What we fetch, and the least that is good enough where the machine has its own. */
export const VERSIONS = {
  natsServer: { fetched: '2.15.2', least: '2.10.0' },
  questdb: { fetched: '9.3.4', least: '9.3.0' },
  java: { fetched: '21.0.5+11', least: '17.0.0', wheel: '21.0.8.2' },
  electron: { fetched: '45.4.1', least: '22.0.0', wheel: '22.3.25' },
  grpcurl: { fetched: '1.9.4', least: '1.8.0' },
  chromium: { least: '108.0.0' },
  prometheus: { least: '2.24.0' },
  nodeExporter: { least: '1.0.0' },
  fiftyoneDesktop: '0.34.1',
};

/** Debian's packages: what a browser, a screen without a screen, Electron's window and the tests of other monitors need. */
export const DEBIAN_PACKAGES = {
  chromium: ['chromium'],
  xvfb: ['xvfb'],
  electron: ['libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2'],
  java: ['openjdk-17-jre-headless'],
  prometheus: ['prometheus'],
  nodeExporter: ['prometheus-node-exporter'],
};

const GITHUB = 'https://github.com';

/**
 * @typedef {object} Release
 * @property {string} folder the address that the asset's name is appended to
 * @property {string} checksums where the release publishes the sha256 of its assets (`sum  name` lines, or GitHub's description of the release)
 * @property {string[]} assets names that would do, best first; undefined platform → empty
 */

/**
 * The official releases, for a platform and an architecture as Node names them.
 * @param {string} platform @param {string} arch
 * @returns {Record<'nats-server' | 'grpcurl' | 'questdb' | 'java' | 'electron', Release>}
 */
export function releases(platform, arch) {
  const nats = VERSIONS.natsServer.fetched;
  const go = `${platform === 'win32' ? 'windows' : platform}-${arch === 'x64' ? 'amd64' : arch}`;
  const grpcurl = VERSIONS.grpcurl.fetched;
  const grpcurlPlatform = `${{ darwin: 'osx', win32: 'windows' }[platform] ?? platform}_${arch === 'x64' ? 'x86_64' : arch}`;
  const jdk = VERSIONS.java.fetched;
  const jdkPlatform = `${{ x64: 'x64', arm64: 'aarch64' }[arch] ?? arch}_${{ darwin: 'mac', win32: 'windows' }[platform] ?? platform}`;
  const jdkAsset = `OpenJDK21U-jre_${jdkPlatform}_hotspot_${jdk.replace('+', '_')}${platform === 'win32' ? '.zip' : '.tar.gz'}`;
  const jdkFolder = `${GITHUB}/adoptium/temurin21-binaries/releases/download/jdk-${encodeURIComponent(jdk)}`;
  const electron = VERSIONS.electron.fetched;
  return {
    'nats-server': {
      folder: `${GITHUB}/nats-io/nats-server/releases/download/v${nats}`,
      checksums: `${GITHUB}/nats-io/nats-server/releases/download/v${nats}/SHA256SUMS`,
      assets: [`nats-server-v${nats}-${go}.tar.gz`, `nats-server-v${nats}-${go}.zip`],
    },
    grpcurl: {
      folder: `${GITHUB}/fullstorydev/grpcurl/releases/download/v${grpcurl}`,
      checksums: `${GITHUB}/fullstorydev/grpcurl/releases/download/v${grpcurl}/grpcurl_${grpcurl}_checksums.txt`,
      assets: [`grpcurl_${grpcurl}_${grpcurlPlatform}.tar.gz`, `grpcurl_${grpcurl}_${grpcurlPlatform}.zip`],
    },
    questdb: {
      folder: `${GITHUB}/questdb/questdb/releases/download/${VERSIONS.questdb.fetched}`,
      // No checksum file there; GitHub states each asset's digest.
      checksums: `https://api.github.com/repos/questdb/questdb/releases/tags/${VERSIONS.questdb.fetched}`,
      assets: [`questdb-${VERSIONS.questdb.fetched}-no-jre-bin.tar.gz`],
    },
    // QuestDB's own archive with a Java inside has no jar to start on another Java, and exists for two platforms: a plain JRE serves all.
    java: { folder: jdkFolder, checksums: `${jdkFolder}/${jdkAsset}.sha256.txt`, assets: [jdkAsset] },
    electron: {
      folder: `${GITHUB}/electron/electron/releases/download/v${electron}`,
      checksums: `${GITHUB}/electron/electron/releases/download/v${electron}/SHASUMS256.txt`,
      assets: [`electron-v${electron}-${platform}-${arch}.zip`],
    },
  };
}
