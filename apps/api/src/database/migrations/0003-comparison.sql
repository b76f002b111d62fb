-- What a video that re-enacts the clip is worth beside the clip.
ALTER TABLE videos ADD COLUMN comparison jsonb;
