// Photos are made small before they are sent: upright, without the place where they were taken.

const LONGEST = 2400, QUALITY = 0.8;
const FILMS = [ [ 4, 'moov' ], [ 4, 'mdat' ], [ 8, 'AVI ' ], [ 0, '\x1aE\xdf\xa3' ], [ 0, 'FLV' ], [ 0, '\0\0\x01\xba' ] ];
const STILLS = /^(hei[cxms]|hev[cxms]|mif1|msf1|avi[fs])$/;

/** A JPEG of the photo, or the file itself where this browser cannot read it (the server may) or it is small already. */
export async function shrunk(file) {
  if (!file.type.startsWith('image/') && !/\.(jpe?g|png|webp|hei[cf])$/i.test(file.name)) return file;
  const canvas = document.createElement('canvas');
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const paper = canvas.getContext('2d');
    paper.fillStyle = 'white'; // what was clear would be black
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.imageSmoothingQuality = 'high';
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', QUALITY));
    if (!blob || (scale === 1 && blob.size >= file.size)) return file;
    return new File([ blob ], `${file.name.replace(/\.[^.]*$/, '')}.jpg`, { type: 'image/jpeg' });
  } catch {
    return file;
  } finally {
    canvas.width = canvas.height = 0; // phones give back its memory late otherwise
  }
}

/** Told by its first bytes: a film may be called .jpg. */
export async function isVideo(file) {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (start.slice(4, 8) === 'ftyp') return !STILLS.test(start.slice(8, 12));
  return FILMS.some(([ place, mark ]) => start.startsWith(mark, place));
}
